import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { claimsOf } from "./support/calls";
import { companyProfile } from "./support/company-profile";
import { DpopCalls } from "./support/dpop-calls";
import { DpopClient, type ProofOrder } from "./support/dpop-client";
import { exchange, expectOAuthError, refreshGrant } from "./support/oauth";
import { type Answer, postJson, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";

describe("binding tokens to the client's key", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;
  let calls: DpopCalls;
  const client = new DpopClient();
  const thief = new DpopClient();

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: { DPOP: "optional" },
    });
    calls = new DpopCalls(service, client);
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const signInWith = async (dpop?: string) =>
    calls.signIn(await google.idToken(), dpop);

  describe("at the sign-in", () => {
    it("a valid proof binds the session and its access tokens", async () => {
      const answer = await signInWith();
      expect([answer.status, answer.body.tokenType]).toEqual([200, "DPoP"]);
      const claims = claimsOf(String(answer.body.accessToken));
      expect(claims.cnf).toEqual({ jkt: client.thumbprint });
      const [row] = await query<{ key_thumbprint: string }>(
        service,
        "SELECT key_thumbprint FROM google_auth.sessions WHERE id = $1",
        [answer.body.sessionId],
      );
      expect(row?.key_thumbprint).toBe(client.thumbprint);
    });

    it("without a proof they are plain bearer tokens", async () => {
      const { body, accessToken } = await signIn(
        service,
        await google.idToken(),
      );
      expect(body.tokenType).toBe("Bearer");
      expect(claimsOf(accessToken)).not.toHaveProperty("cnf");
    });

    const good = (order: Partial<ProofOrder> = {}) =>
      calls.proof("/auth/google", order);
    const bad: [string, string, () => string][] = [
      [
        "D1 another typ",
        "type_not_allowed",
        () => good({ header: { typ: "JWT" } }),
      ],
      [
        "D1 alg none",
        "algorithm_not_allowed",
        () => good({ header: { alg: "none" } }),
      ],
      [
        "D1 an HMAC",
        "algorithm_not_allowed",
        () => good({ header: { alg: "HS256" } }),
      ],
      [
        "D1 a private key",
        "key_is_private",
        () => good({ header: { jwk: { ...client.jwk, d: "AQ" } } }),
      ],
      ["D1 no key", "key_missing", () => good({ header: { jwk: undefined } })],
      [
        "D1 another key's signature",
        "bad_signature",
        () => good({ signWith: thief }),
      ],
      ["D2 another method", "wrong_method", () => good({ method: "GET" })],
      ["D2 another URL", "wrong_url", () => calls.proof("/auth/refresh")],
      [
        "D2 the listening address instead of the public URL",
        "wrong_url",
        () => client.proof({ url: `${service.url}/auth/google` }),
      ],
      [
        "D2 iat two minutes ago",
        "proof_expired",
        () => good({ issuedAt: (Date.now() / 1000 - 120) | 0 }),
      ],
      [
        "D2 iat in two minutes",
        "issued_in_future",
        () => good({ issuedAt: (Date.now() / 1000 + 120) | 0 }),
      ],
      [
        "D2 no jti",
        "claims_invalid",
        () => good({ claims: { jti: undefined } }),
      ],
      ["garbage", "malformed_proof", () => "garbage"],
      ["nothing", "malformed_proof", () => ""],
    ];

    it.each(bad)("%s is refused: %s", async (_what, reason, make) => {
      const before = await rowCounts(service);
      const answer = await signInWith(make());
      expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
        400,
        "invalid_dpop_proof",
        reason,
      ]);
      expect(await rowCounts(service)).toEqual(before);
    });

    it("D2 htu is compared with the public URL, not with the Host header", async () => {
      const payload = { idToken: await google.idToken() };
      const post = async (dpop: string) =>
        service.app.inject({
          ...{ method: "POST", url: "/auth/google", payload },
          headers: {
            ...{ dpop, host: "evil.example" },
            ...{
              "x-forwarded-host": "evil.example",
              forwarded: "host=evil.example",
            },
          },
        });
      const evil = client.proof({ url: "https://evil.example/auth/google" });
      const refused = await post(evil);
      expect(refused.json<Answer["body"]>().reason).toBe("wrong_url");
      expect((await post(calls.proof("/auth/google"))).statusCode).toBe(200);
    });

    it("D2 a proof is valid once, and two in one request are refused", async () => {
      const dpop = calls.proof("/auth/google");
      expect((await signInWith(dpop)).status).toBe(200);
      expect((await signInWith(dpop)).body.reason).toBe("proof_used");
      const two = `${calls.proof("/auth/google")}, ${calls.proof("/auth/google")}`;
      expect((await signInWith(two)).body.reason).toBe("malformed_proof");
    });
  });

  describe("D5 at the refresh", () => {
    const newSession = async () =>
      String((await signInWith()).body.refreshToken);
    const verdict = ({ status, body }: Answer) => [status, body.code];

    it("a proof by the session's key returns bound tokens", async () => {
      const answer = await calls.refresh(await newSession());
      expect([answer.status, answer.body.tokenType]).toEqual([200, "DPoP"]);
      const token = String(answer.body.accessToken);
      expect(claimsOf(token).cnf).toEqual({ jkt: client.thumbprint });
      expect((await calls.get(token, calls.proofOf(token))).status).toBe(200);
    });

    it("no proof, or a proof by another key, is refused and changes nothing", async () => {
      const refreshToken = await newSession();
      const stolen = [
        await postJson(service, "/auth/refresh", { refreshToken }),
        await new DpopCalls(service, thief).refresh(refreshToken),
        await refreshGrant(service, refreshToken),
      ];
      expect(stolen.map(verdict).slice(0, 2)).toEqual([
        [401, "invalid_refresh_token"],
        [401, "invalid_refresh_token"],
      ]);
      expectOAuthError(stolen[2] as Answer, 400, "invalid_grant");
      expect((await calls.refresh(refreshToken)).status).toBe(200);
    });

    it("an invalid proof does not harm the session", async () => {
      const refreshToken = await newSession();
      const dpop = calls.proof("/auth/google");
      expect(verdict(await calls.refresh(refreshToken, dpop))).toEqual([
        400,
        "invalid_dpop_proof",
      ]);
      expect((await calls.refresh(refreshToken)).status).toBe(200);
    });

    it("a session that starts unbound stays unbound", async () => {
      const { body } = await signIn(service, await google.idToken());
      expect(verdict(await calls.refresh(body.refreshToken))).toEqual([
        401,
        "invalid_refresh_token",
      ]);
      const { refreshToken } = body;
      const plain = await postJson(service, "/auth/refresh", { refreshToken });
      expect(plain.body.tokenType).toBe("Bearer");
    });

    it("a session from the token endpoint can be refreshed at /auth/refresh", async () => {
      const idToken = await google.idToken();
      const dpop = calls.proof("/oauth/token");
      const begun = await exchange(service, idToken, {}, { dpop });
      expect([begun.status, begun.body.token_type]).toEqual([200, "DPoP"]);
      const next = await calls.refresh(begun.body.refresh_token);
      expect(next.status).toBe(200);
      const again = calls.proof("/oauth/token");
      const { refreshToken } = next.body;
      const back = await refreshGrant(
        service,
        refreshToken,
        {},
        { dpop: again },
      );
      expect([back.status, back.body.token_type]).toEqual([200, "DPoP"]);
    });

    it("a bound refresh token ends its session without a proof", async () => {
      const refreshToken = await newSession();
      const ended = await postJson(service, "/auth/logout", { refreshToken });
      expect(ended.status).toBe(204);
      expect(verdict(await calls.refresh(refreshToken))).toEqual([
        401,
        "session_revoked",
      ]);
    });
  });

  it("the token of an incomplete sign-up opens no other route, and the challenge uses the DPoP scheme", async () => {
    await using team = await TestService.start(google, {
      database,
      env: { DPOP: "optional" },
      providers: [companyProfile],
    });
    const theirs = new DpopCalls(team, client);
    const idToken = await google.idToken({ account: newAccount() });
    const { body } = await theirs.signIn(idToken);
    const token = String(body.accessToken);
    const refused = await theirs.get(token, theirs.proofOf(token));
    expect([refused.status, refused.body.code]).toEqual([
      403,
      "profile_incomplete",
    ]);
    // RFC 9449 §7.1 with the error of RFC 6750 §3.1.
    expect(refused.headers.get("www-authenticate")).toBe(
      'DPoP error="insufficient_scope", scope="user", algs="ES256 RS256 EdDSA Ed25519"',
    );
    // Without the key, the response does not reveal the state of the sign-up.
    const other = new DpopCalls(team, thief);
    const stolen = await theirs.get(token, other.proofOf(token));
    expect([stolen.status, stolen.body.reason]).toEqual([401, "wrong_key"]);

    const path = "/users/me/complete";
    const done = await theirs.send(
      "POST",
      path,
      {
        authorization: `DPoP ${token}`,
        dpop: theirs.proof(path, { token }),
      },
      { profile: { company: "Acme" } },
    );
    expect(done.status).toBe(200);
    const refreshed = await theirs.refresh(body.refreshToken);
    const renewed = String(refreshed.body.accessToken);
    const me = await theirs.get(renewed, theirs.proofOf(renewed));
    expect([me.status, me.body.profile]).toEqual([200, { company: "Acme" }]);
  });
});
