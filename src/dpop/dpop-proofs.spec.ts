import { DpopClient, type ProofOrder } from "../../test/support/dpop-client";
import { FrozenClock } from "../testing/frozen-clock";
import { AuthError } from "../common/auth-error";
import type { DpopOptions } from "./dpop.options";
import { type Proved, DpopProofs } from "./dpop-proofs";
import { MemorySeenProofs } from "./seen-proofs";

const publicUrl = "https://auth.corp.example";
const url = `${publicUrl}/oauth/token`;
const client = new DpopClient();

let clock: FrozenClock;

function proofs(options: Partial<DpopOptions> = {}): DpopProofs {
  return new DpopProofs(
    {
      use: "optional",
      nonce: "optional",
      publicUrl,
      secretKey: "only for tests: 8b1f4c0d9e7a6352f1e0",
      ...options,
    },
    clock,
    new MemorySeenProofs(clock),
  );
}

/** A current proof for POST /oauth/token, with changes. */
const proof = (order: Partial<ProofOrder> = {}) =>
  client.proof({ url, issuedAt: clock.nowSeconds(), ...order });

function check(
  by: DpopProofs,
  sent: string,
  request: { method?: string; path?: string; accessToken?: string } = {},
): Proved {
  return by.check({
    proof: sent,
    method: "POST",
    path: "/oauth/token",
    ...request,
  });
}

function refusalOf(run: () => unknown): AuthError {
  try {
    run();
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error("The proof was accepted");
}

beforeEach(() => {
  clock = new FrozenClock();
});

describe("DpopProofs", () => {
  it("returns the key's thumbprint for a valid proof", () => {
    expect(check(proofs(), proof())).toMatchObject({
      thumbprint: client.thumbprint,
      nextNonce: null,
    });
  });

  describe("when the proof is for another request", () => {
    it.each([
      ["method", "GET", "/oauth/token"],
      ["case of the method", "post", "/oauth/token"],
    ])("refuses another %s", (_what, method, path) => {
      const refusal = refusalOf(() =>
        check(proofs(), proof({ method }), { path }),
      );
      expect([refusal.code, refusal.reason]).toEqual([
        "invalid_dpop_proof",
        "wrong_method",
      ]);
    });

    it.each([
      "https://auth.corp.example/oauth/revoke",
      "https://auth.corp.example/oauth/token/",
      "https://auth.corp.example/OAuth/token",
      "https://auth.corp.example:8443/oauth/token",
      "http://auth.corp.example/oauth/token",
      "https://evil.example/oauth/token",
      "https://auth.corp.example.evil.example/oauth/token",
      "https://auth.corp.example@evil.example/oauth/token",
      "https://user@auth.corp.example/oauth/token",
      "https://auth.corp.example//oauth/token",
      "https://auth.corp.example/oauth%2ftoken",
      "//auth.corp.example/oauth/token",
      "/oauth/token",
      "data:text/plain,https://auth.corp.example/oauth/token",
      "null",
      "not a URL",
    ])("refuses the htu %s", (htu) => {
      const refusal = refusalOf(() => check(proofs(), proof({ url: htu })));
      expect(refusal.reason).toBe("wrong_url");
    });

    it.each([
      "https://auth.corp.example/oauth/token?grant_type=x",
      "https://auth.corp.example/oauth/token#top",
      "HTTPS://AUTH.corp.example:443/oauth/token",
      "https://auth.corp.example/oauth/./token",
      "https://auth.corp.example/%6fauth/token",
    ])("accepts %s, which is equal without the query", (htu) => {
      expect(() => check(proofs(), proof({ url: htu }))).not.toThrow();
    });

    it("ignores the query of the request", () => {
      const path = "/oauth/token?x=https://evil.example";
      expect(() => check(proofs(), proof(), { path })).not.toThrow();
    });

    it("treats percent-encoded and plain characters as equal", () => {
      const order = { url: `${publicUrl}/caf%c3%a9/%7euser` };
      const path = "/caf%C3%A9/~user";
      expect(() => check(proofs(), proof(order), { path })).not.toThrow();
    });
  });

  describe("when it is sent with an access token", () => {
    it("must be for that token", () => {
      const accessToken = "abc";
      const by = proofs();
      expect(() =>
        check(by, proof({ token: "abc" }), { accessToken }),
      ).not.toThrow();
      for (const sent of [
        proof({ token: "abd" }),
        proof(),
        proof({ claims: { ath: "abc" } }),
      ]) {
        const refusal = refusalOf(() => check(by, sent, { accessToken }));
        expect(refusal.reason).toBe("wrong_access_token");
      }
    });
  });

  describe("when it was issued at another time", () => {
    it.each([
      [-60, undefined],
      [60, undefined],
      [-61, "proof_expired"],
      [61, "issued_in_future"],
      [-1_000_000, "proof_expired"],
    ])("%i seconds from now: %s", (seconds, reason) => {
      const sent = proof({ issuedAt: clock.nowSeconds() + seconds });
      const run = () => check(proofs(), sent);
      if (reason) expect(refusalOf(run).reason).toBe(reason);
      else expect(run).not.toThrow();
    });
  });

  describe("when it is sent again", () => {
    const verify = (by: DpopProofs, sent: string, path = "/oauth/token") =>
      by.verify({ proof: sent, method: "POST", path }).then(
        () => "accepted",
        (error: unknown) => (error as AuthError).reason,
      );

    it("is refused for as long as its iat is acceptable", async () => {
      const by = proofs();
      const sent = proof({ issuedAt: clock.nowSeconds() + 60 });
      expect(await verify(by, sent)).toBe("accepted");
      for (let second = 0; second < 120; second += 10) {
        expect(await verify(by, sent)).toBe("proof_used");
        clock.advance(10);
      }
      clock.advance(1);
      expect(await verify(by, sent)).toBe("proof_expired");
    });

    it("is refused because of its jti, even if other claims changed", async () => {
      const by = proofs();
      const claims = { jti: "the same" };
      await verify(by, proof({ claims }));
      const other = proof({ claims: { ...claims, x: 1 } });
      expect(await verify(by, other)).toBe("proof_used");
    });

    it("is accepted from another key with the same jti", async () => {
      const by = proofs();
      const claims = { jti: "1" };
      await verify(by, proof({ claims }));
      const issuedAt = clock.nowSeconds();
      const others = new DpopClient().proof({ url, issuedAt, claims });
      expect(await verify(by, others)).toBe("accepted");
    });

    it("is not used up by a request that it is not for", async () => {
      const by = proofs();
      const sent = proof();
      expect(await verify(by, sent, "/elsewhere")).toBe("wrong_url");
      expect(await verify(by, sent)).toBe("accepted");
    });
  });

  describe("when nonces are required", () => {
    const nonceOf = (by: DpopProofs) =>
      refusalOf(() => check(by, proof())).dpopNonce;

    it("requires one, and accepts a proof with it", () => {
      const by = proofs({ nonce: "required" });
      const refusal = refusalOf(() => check(by, proof()));
      expect([refusal.code, refusal.reason]).toEqual([
        "use_dpop_nonce",
        "nonce_missing",
      ]);
      const nonce = refusal.dpopNonce;
      expect(check(by, proof({ nonce })).nextNonce).toBeNull();
    });

    it("returns the next one in time, and refuses an expired one", () => {
      const by = proofs({ nonce: "required" });
      const nonce = nonceOf(by);
      clock.advance(300);
      const { nextNonce } = check(by, proof({ nonce }));
      expect(nextNonce).toBe(nonceOf(by));
      expect(nextNonce).not.toBe(nonce);
      clock.advance(300);
      const refusal = refusalOf(() => check(by, proof({ nonce })));
      expect([refusal.code, refusal.reason]).toEqual([
        "use_dpop_nonce",
        "foreign_nonce",
      ]);
    });

    it("accepts those of other instances, but not those of other services", () => {
      const nonce = nonceOf(proofs({ nonce: "required" }));
      const other = proofs({ nonce: "required" });
      expect(() => check(other, proof({ nonce }))).not.toThrow();
      const stranger = proofs({
        nonce: "required",
        secretKey: "quite another one: 0a9b8c7d6e5f4a3b2c",
      });
      expect(refusalOf(() => check(stranger, proof({ nonce }))).code).toBe(
        "use_dpop_nonce",
      );
    });

    it("sends one if the proof is missing", () => {
      const by = proofs({ nonce: "required" });
      expect(by.missing()).toMatchObject({
        code: "invalid_dpop_proof",
        reason: "proof_missing",
        dpopNonce: nonceOf(by),
      });
      expect(proofs().missing().dpopNonce).toBeUndefined();
    });
  });

  describe("when nonces are optional", () => {
    it("checks the nonce if present, and replaces an unknown one", () => {
      const by = proofs();
      const refusal = refusalOf(() => check(by, proof({ nonce: "x" })));
      expect(refusal.code).toBe("use_dpop_nonce");
      const nonce = refusal.dpopNonce;
      expect(() => check(by, proof({ nonce }))).not.toThrow();
    });

    it("sends none without a secret", () => {
      const by = proofs({ secretKey: null });
      const refusal = refusalOf(() => check(by, proof({ nonce: "x" })));
      expect([refusal.code, refusal.reason]).toEqual([
        "invalid_dpop_proof",
        "foreign_nonce",
      ]);
    });
  });
});
