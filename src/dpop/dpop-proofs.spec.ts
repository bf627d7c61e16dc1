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

/** A proof of this moment for POST /oauth/token, but for what is different. */
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
  throw new Error("It was accepted");
}

beforeEach(() => {
  clock = new FrozenClock();
});

describe("DpopProofs", () => {
  it("tells the thumbprint of the key of a good proof", () => {
    expect(check(proofs(), proof())).toMatchObject({
      thumbprint: client.thumbprint,
      nextNonce: null,
    });
  });

  describe("when the proof is for another request", () => {
    it.each([
      ["method", "GET", "/oauth/token"],
      ["method's case", "post", "/oauth/token"],
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
      "not an address",
    ])("refuses the address %s", (htu) => {
      const refusal = refusalOf(() => check(proofs(), proof({ url: htu })));
      expect(refusal.reason).toBe("wrong_url");
    });

    it.each([
      "https://auth.corp.example/oauth/token?grant_type=x",
      "https://auth.corp.example/oauth/token#top",
      "HTTPS://AUTH.corp.example:443/oauth/token",
      "https://auth.corp.example/oauth/./token",
      "https://auth.corp.example/%6fauth/token",
    ])("takes %s, which is the same without query", (htu) => {
      expect(() => check(proofs(), proof({ url: htu }))).not.toThrow();
    });

    it("does not count the query of the request either", () => {
      const path = "/oauth/token?x=https://evil.example";
      expect(() => check(proofs(), proof(), { path })).not.toThrow();
    });

    it("takes what is escaped for what it is, in either spelling", () => {
      const order = { url: `${publicUrl}/caf%c3%a9/%7euser` };
      const path = "/caf%C3%A9/~user";
      expect(() => check(proofs(), proof(order), { path })).not.toThrow();
    });
  });

  describe("when it comes with an access token", () => {
    it("has to be made for that token", () => {
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

  describe("when it was not made just now", () => {
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

  describe("when it comes again", () => {
    const verify = (by: DpopProofs, sent: string, path = "/oauth/token") =>
      by.verify({ proof: sent, method: "POST", path }).then(
        () => "accepted",
        (error: unknown) => (error as AuthError).reason,
      );

    it("is refused for as long as its time would let it in", async () => {
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

    it("is refused for its jti, whatever else has changed", async () => {
      const by = proofs();
      const claims = { jti: "the same" };
      await verify(by, proof({ claims }));
      const other = proof({ claims: { ...claims, x: 1 } });
      expect(await verify(by, other)).toBe("proof_used");
    });

    it("is another key's when that uses the same jti", async () => {
      const by = proofs();
      const claims = { jti: "1" };
      await verify(by, proof({ claims }));
      const issuedAt = clock.nowSeconds();
      const others = new DpopClient().proof({ url, issuedAt, claims });
      expect(await verify(by, others)).toBe("accepted");
    });

    it("was not used up by a request that it was not for", async () => {
      const by = proofs();
      const sent = proof();
      expect(await verify(by, sent, "/elsewhere")).toBe("wrong_url");
      expect(await verify(by, sent)).toBe("accepted");
    });
  });

  describe("when nonces are required", () => {
    const nonceOf = (by: DpopProofs) =>
      refusalOf(() => check(by, proof())).dpopNonce;

    it("asks for one, and takes a proof that has it", () => {
      const by = proofs({ nonce: "required" });
      const refusal = refusalOf(() => check(by, proof()));
      expect([refusal.code, refusal.reason]).toEqual([
        "use_dpop_nonce",
        "nonce_missing",
      ]);
      const nonce = refusal.dpopNonce;
      expect(check(by, proof({ nonce })).nextNonce).toBeNull();
    });

    it("gives the next one in time, and refuses the one before", () => {
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

    it("knows those of other instances, and not those of other services", () => {
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

    it("tells it to who has no proof at all", () => {
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
    it("checks those that come, and replaces a foreign one", () => {
      const by = proofs();
      const refusal = refusalOf(() => check(by, proof({ nonce: "x" })));
      expect(refusal.code).toBe("use_dpop_nonce");
      const nonce = refusal.dpopNonce;
      expect(() => check(by, proof({ nonce }))).not.toThrow();
    });

    it("has none to give out without a secret", () => {
      const by = proofs({ secretKey: null });
      const refusal = refusalOf(() => check(by, proof({ nonce: "x" })));
      expect([refusal.code, refusal.reason]).toEqual([
        "invalid_dpop_proof",
        "foreign_nonce",
      ]);
    });
  });
});
