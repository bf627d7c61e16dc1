import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { expectOAuthError, postOAuth, refreshGrant } from "./support/oauth";
import { answerOf, getWithToken, postJson, signIn } from "./support/requests";
import { query } from "./support/rows";
import { TcpProxy } from "./support/tcp-proxy";

describe("POST /oauth/revoke", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, { database });
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const newSession = async (by = service) => {
    const idToken = await google.idToken({ account: newAccount() });
    const { accessToken, body, user } = await signIn(by, idToken);
    return { accessToken, refreshToken: String(body.refreshToken), user };
  };
  const revoke = (token: string, more = {}, headers = {}, by = service) =>
    postOAuth(by, "/oauth/revoke", { token, ...more }, headers);
  const isAlive = async (session: { accessToken: string }) => {
    const me = await getWithToken(service, "/users/me", session.accessToken);
    return me.status === 200;
  };

  describe("V2: a token of ours", () => {
    it("a refresh token: its access tokens and successors are refused", async () => {
      const session = await newSession();
      const other = await newSession();
      const answer = await revoke(session.refreshToken);
      expect([answer.status, answer.body]).toEqual([200, {}]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await isAlive(session)).toBe(false);
      expectOAuthError(
        await refreshGrant(service, session.refreshToken),
        400,
        "invalid_grant",
      );
      expect(await isAlive(other)).toBe(true);
    });

    it("a replaced refresh token: ends the session of its successor", async () => {
      const session = await newSession();
      const next = await refreshGrant(service, session.refreshToken);
      expect((await revoke(session.refreshToken)).status).toBe(200);
      const accessToken = String(next.body.access_token);
      expect(await isAlive({ accessToken })).toBe(false);
    });

    it("an access token: ends its session", async () => {
      const session = await newSession();
      expect((await revoke(session.accessToken)).status).toBe(200);
      expect(await isAlive(session)).toBe(false);
      const refreshed = await postJson(service, "/auth/refresh", {
        refreshToken: session.refreshToken,
      });
      expect([refreshed.status, refreshed.body.code]).toEqual([
        401,
        "session_revoked",
      ]);
    });

    it("twice, and 20 times at once: 200 each, one entry in the audit log", async () => {
      const session = await newSession();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          revoke(i % 2 ? session.refreshToken : session.accessToken),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(
        Array.from({ length: 20 }, () => 200),
      );
      const [row] = await query<{ count: number }>(
        service,
        `SELECT count(*)::int FROM google_auth.audit_events
         WHERE user_id = $1 AND event = 'session_ended'`,
        [session.user.id],
      );
      expect(row?.count).toBe(1);
    });
  });

  describe("V3: the hint", () => {
    it.each([
      ["a refresh token", "refreshToken", "access_token"],
      ["an access token", "accessToken", "refresh_token"],
      ["a refresh token", "refreshToken", "something else"],
    ] as const)("%s works with the hint %s=%s", async (_what, kind, hint) => {
      const session = await newSession();
      const answer = await revoke(session[kind], { token_type_hint: hint });
      expect(answer.status).toBe(200);
      expect(await isAlive(session)).toBe(false);
    });
  });

  describe("V1: a token that is not ours or no longer valid", () => {
    it.each<[string, () => string | Promise<string>]>([
      ["garbage", () => "garbage"],
      ["a Google ID token", () => google.idToken()],
      [
        "a refresh token with another signature",
        async () => (await newSession()).refreshToken.replace(/.{4}$/, "AAAA"),
      ],
      [
        "a refresh token of a session that never existed",
        () => `v1.01980000-0000-7000-8000-000000000000.1.${"A".repeat(64)}`,
      ],
      [
        "an access token of another service",
        async () => {
          await using other = await TestService.start(google);
          return (await newSession(other)).accessToken;
        },
      ],
      ["10 kB", () => "a".repeat(10_000)],
      ["U+0000", () => "\u0000"],
    ])("%s: 200, and nothing is ended", async (_what, mint) => {
      const session = await newSession();
      const answer = await revoke(await mint());
      expect([answer.status, answer.body]).toEqual([200, {}]);
      expect(await isAlive(session)).toBe(true);
    });
  });

  describe("V4: when the database is unavailable", () => {
    it("a token of ours: 503 with Retry-After, and it still works afterwards", async () => {
      await using network = await TcpProxy.to(database.url);
      const env = { DATABASE_URL: network.url };
      await using cut = await TestService.start(google, { database, env });
      const session = await newSession();
      await network.cut();
      const answers = [
        await revoke(session.refreshToken, {}, {}, cut),
        await revoke(session.accessToken, {}, {}, cut),
      ];
      const garbage = await revoke("garbage", {}, {}, cut);
      await network.restore();
      for (const answer of answers) {
        expectOAuthError(answer, 503, "temporarily_unavailable");
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      }
      // This needs no query.
      expect(garbage.status).toBe(200);
      expect(await isAlive(session)).toBe(true);
    });
  });

  describe("V5: an invalid request", () => {
    it.each(["GET", "PUT", "DELETE"])("by %s is 405", async (method) => {
      const session = await newSession();
      const path = `/oauth/revoke?token=${session.refreshToken}`;
      const answer = await answerOf(await service.fetch(path, { method }));
      expectOAuthError(answer, 405, "invalid_request");
      expect(answer.headers.get("allow")).toBe("POST");
      expect(await isAlive(session)).toBe(true);
    });

    it("as JSON is 415", async () => {
      const { refreshToken: token } = await newSession();
      const answer = await postJson(service, "/oauth/revoke", { token });
      expectOAuthError(answer, 415, "invalid_request");
    });

    it("without a token, or with the token in the query, is 400", async () => {
      const session = await newSession();
      expectOAuthError(await revoke(""), 400, "invalid_request");
      const path = `/oauth/revoke?token=${session.refreshToken}`;
      expectOAuthError(
        await postOAuth(service, path, {}),
        400,
        "invalid_request",
      );
      expect(await isAlive(session)).toBe(true);
    });

    it("with two tokens is 400", async () => {
      const session = await newSession();
      const answer = await postOAuth(service, "/oauth/revoke", [
        ["token", session.refreshToken],
        ["token", session.accessToken],
      ]);
      expectOAuthError(answer, 400, "invalid_request");
      expect(await isAlive(session)).toBe(true);
    });

    it("with client authentication, or from another origin, is refused", async () => {
      const { refreshToken } = await newSession();
      const basic = { authorization: "Basic YTpi" };
      expectOAuthError(
        await revoke(refreshToken, {}, basic),
        401,
        "invalid_client",
      );
      const page = { origin: "https://evil.example" };
      expectOAuthError(
        await revoke(refreshToken, {}, page),
        403,
        "unauthorized_client",
      );
    });
  });

  it("counts as a sign-out", async () => {
    const env = { RATE_LIMIT_REFRESH: "2/60" };
    await using limited = await TestService.start(google, { database, env });
    await revoke("a", {}, {}, limited);
    await postJson(limited, "/auth/logout", { refreshToken: "b" });
    const answer = await revoke("c", {}, {}, limited);
    expectOAuthError(answer, 429, "temporarily_unavailable");
  });
});
