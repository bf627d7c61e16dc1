import { Controller, Get } from "@nestjs/common";
import { CurrentUser, OptionalAuth } from "../src/index";
import { claimsOf } from "./support/calls";
import { DpopCalls, issuer } from "./support/dpop-calls";
import { DpopClient } from "./support/dpop-client";
import { type Answer, signIn } from "./support/requests";
import { useService } from "./support/use-service";

const algorithms = 'algs="ES256 RS256 EdDSA Ed25519"';

@Controller("dpop-test")
class ProbeController {
  @OptionalAuth()
  @Get("optional")
  optional(@CurrentUser("userId") userId: string | undefined) {
    return { userId: userId ?? null };
  }
}

describe("tokens that are bound to the client's key", () => {
  const site = useService({
    controllers: [ProbeController],
    env: { DPOP: "optional" },
  });
  let calls: DpopCalls;
  const client = new DpopClient();
  const thief = new DpopClient();

  beforeAll(() => {
    calls = new DpopCalls(site.service, client);
  });

  const signInWith = async (dpop?: string) =>
    calls.signIn(await site.google.idToken(), dpop);
  const expectRefused = (answer: Answer, error: string) => {
    expect([answer.status, answer.body.code]).toEqual([401, "unauthenticated"]);
    expect(answer.headers.get("www-authenticate")).toBe(
      `DPoP error="${error}", ${algorithms}`,
    );
  };

  describe("on a guarded route", () => {
    let token: string;

    beforeAll(async () => {
      token = String((await signInWith()).body.accessToken);
    });

    it("D3 D4 the token with a proof is accepted", async () => {
      expect((await calls.get(token, calls.proofOf(token))).status).toBe(200);
      const query = await calls.get(
        token,
        calls.proofOf(token),
        "/users/me?x=1",
      );
      expect(query.status).toBe(200);
    });

    it("the scheme is case-insensitive", async () => {
      const answer = await calls.send("GET", "/users/me", {
        authorization: `dpop ${token}`,
        dpop: calls.proofOf(token),
      });
      expect(answer.status).toBe(200);
    });

    it("D4 the token as a bearer token is refused, even with a proof", async () => {
      const authorization = `Bearer ${token}`;
      expectRefused(
        await calls.send("GET", "/users/me", { authorization }),
        "invalid_token",
      );
      expectRefused(
        await calls.send("GET", "/users/me", {
          authorization,
          dpop: calls.proofOf(token),
        }),
        "invalid_token",
      );
    });

    const bad: [string, string, () => string | undefined][] = [
      ["no proof", "invalid_dpop_proof", () => undefined],
      [
        "D4 a proof by another key",
        "invalid_token",
        () => thief.proof({ url: `${issuer}/users/me`, method: "GET", token }),
      ],
      [
        "D3 no ath",
        "invalid_dpop_proof",
        () => calls.proofOf(token, { token: undefined }),
      ],
      [
        "D3 another token's ath",
        "invalid_dpop_proof",
        () => calls.proofOf(`${token}x`),
      ],
      [
        "D2 a proof for another path",
        "invalid_dpop_proof",
        () => calls.proof("/auth/sessions", { method: "GET", token }),
      ],
      [
        "D2 a proof for POST",
        "invalid_dpop_proof",
        () => calls.proofOf(token, { method: "POST" }),
      ],
      [
        "D2 an old proof",
        "invalid_dpop_proof",
        () => calls.proofOf(token, { issuedAt: (Date.now() / 1000 - 100) | 0 }),
      ],
      [
        "a proof for the sign-in",
        "invalid_dpop_proof",
        () => calls.proof("/auth/google"),
      ],
      ["the token as its proof", "invalid_dpop_proof", () => token],
    ];

    it.each(bad)(
      "the token with %s is refused: %s",
      async (_what, error, make) => {
        expectRefused(await calls.get(token, make()), error);
      },
    );

    it("D2 a proof is accepted once", async () => {
      const dpop = calls.proofOf(token);
      expect((await calls.get(token, dpop)).status).toBe(200);
      expectRefused(await calls.get(token, dpop), "invalid_dpop_proof");
    });

    it("an unbound token with a proof is refused in the DPoP scheme", async () => {
      const { accessToken } = await signIn(
        site.service,
        await site.google.idToken(),
      );
      const dpop = calls.proofOf(accessToken);
      expectRefused(await calls.get(accessToken, dpop), "invalid_token");
      const authorization = `Bearer ${accessToken}`;
      expectRefused(
        await calls.send("GET", "/users/me", { authorization, dpop }),
        "invalid_token",
      );
      const plain = await calls.send("GET", "/users/me", { authorization });
      expect(plain.status).toBe(200);
    });

    it("a malformed token in the DPoP scheme gets a DPoP challenge", async () => {
      expectRefused(
        await calls.get("garbage", calls.proofOf("garbage")),
        "invalid_token",
      );
    });

    it("a request without a token is offered both schemes", async () => {
      const answer = await calls.send("GET", "/users/me", {});
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
        401,
        `Bearer, DPoP ${algorithms}`,
      ]);
    });

    it("A-018 a token in the query as well is 400", async () => {
      const path = `/users/me?access_token=${token}`;
      const answer = await calls.get(token, calls.proofOf(token), path);
      expect([answer.status, answer.body.code]).toEqual([
        400,
        "invalid_request",
      ]);
    });

    it("an optional route identifies the user, and still requires the proof", async () => {
      const path = "/dpop-test/optional";
      const dpop = calls.proof(path, { method: "GET", token });
      const known = await calls.get(token, dpop, path);
      expect(known.body.userId).toEqual(claimsOf(token).sub);
      expectRefused(
        await calls.get(token, undefined, path),
        "invalid_dpop_proof",
      );
      expect((await calls.send("GET", path, {})).body).toEqual({
        userId: null,
      });
    });
  });
});
