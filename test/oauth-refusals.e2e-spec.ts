import { AuditTrail } from "../src/audit/audit-trail";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import {
  exchange,
  expectOAuthError,
  postOAuth,
  refreshGrant,
} from "./support/oauth";
import { postForm, postJson, signIn } from "./support/requests";
import { query, rowCounts } from "./support/rows";
import { TcpProxy } from "./support/tcp-proxy";

describe("POST /oauth/token refuses what a sign-in refuses", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  const start = (env: Record<string, string> = {}) =>
    TestService.start(google, { database, env });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await start();
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  describe("X4: a subject token that is invalid for any reason", () => {
    const tokens: [string, string, () => string | Promise<string>][] = [
      ["garbage", "invalid_token", () => "garbage"],
      ["too large", "invalid_token", () => "a".repeat(9000)],
      [
        "for another app",
        "invalid_token",
        () => google.idToken({ audience: "other.apps.googleusercontent.com" }),
      ],
      [
        "with another app as azp",
        "invalid_token",
        () => google.idToken({ azp: "other.apps.googleusercontent.com" }),
      ],
      [
        "expired",
        "token_expired",
        () => google.idToken({ issuedSecondsAgo: 7000 }),
      ],
      [
        "with an invalid signature",
        "invalid_token",
        async () => google.idToken({ key: await google.keys.foreign() }),
      ],
      ["unsigned", "invalid_token", () => google.idToken({ alg: "none" })],
      [
        "a security event token",
        "invalid_token",
        () => google.securityEventToken(),
      ],
      [
        "of a service account",
        "service_account_not_allowed",
        () => google.serviceAccountToken(),
      ],
      [
        "our own access token",
        "invalid_token",
        async () => (await signIn(service, await google.idToken())).accessToken,
      ],
      [
        "our own refresh token",
        "invalid_token",
        async () =>
          String(
            (await signIn(service, await google.idToken())).body.refreshToken,
          ),
      ],
    ];

    it.each(tokens)("%s: invalid_request, %s", async (_what, code, mint) => {
      const sent = await mint();
      const before = await rowCounts(service);
      const answer = await exchange(service, sent);
      expectOAuthError(answer, 400, "invalid_request");
      expect(answer.body.error_description).toContain(`${code}: `);
      expect(JSON.stringify(answer.body)).not.toContain(sent.slice(0, 200));
      expect(await rowCounts(service)).toEqual(before);
    });

    it("is in the audit log as a refused sign-in; a refresh is not", async () => {
      const limited = await start({ RATE_LIMIT_SIGN_IN_FAILURES: "off" });
      const headers = { "user-agent": "audited client" };
      await exchange(limited, "garbage", {}, headers);
      await refreshGrant(limited, "garbage", {}, headers);
      await limited.app.get(AuditTrail).flush();
      const events = await query(
        limited,
        "SELECT event, reason FROM google_auth.audit_events WHERE user_agent = $1",
        ["audited client"],
      );
      expect(events).toEqual([
        { event: "sign_in_refused", reason: "malformed_token" },
      ]);
      await limited.stop();
    });
  });

  describe("X4: a subject token that is unacceptable by policy", () => {
    it.each<[string, Record<string, string>]>([
      ["hosted_domain_not_allowed", { GOOGLE_HOSTED_DOMAINS: "corp.example" }],
      ["sign_up_not_allowed", { SIGN_UP: "closed" }],
    ])("%s: invalid_request", async (code, env) => {
      const strict = await start(env);
      const idToken = await google.idToken({ account: newAccount() });
      const answer = await exchange(strict, idToken);
      expectOAuthError(answer, 400, "invalid_request");
      expect(answer.body.error_description).toContain(`${code}: `);
      await strict.stop();
    });

    it("email_not_verified: invalid_request", async () => {
      const claims = { email_verified: false };
      const answer = await exchange(service, await google.idToken({ claims }));
      expectOAuthError(answer, 400, "invalid_request");
      expect(answer.body.error_description).toContain("email_not_verified: ");
    });

    it("account_disabled: invalid_request", async () => {
      const account = newAccount();
      const { user } = await signIn(service, await google.idToken({ account }));
      const disable =
        "UPDATE google_auth.users SET status = 'disabled' WHERE id = $1";
      await query(service, disable, [user.id]);
      const answer = await exchange(service, await google.idToken({ account }));
      expectOAuthError(answer, 400, "invalid_request");
      expect(answer.body.error_description).toContain("account_disabled: ");
    });
  });

  describe("a subject token that was used before", () => {
    it("is refused after a sign-in at another route, and vice versa", async () => {
      const once = await start({ GOOGLE_ID_TOKEN_USE: "once" });
      const [one, other] = [await google.idToken(), await google.idToken()];
      expect((await signIn(once, one)).status).toBe(200);
      expectOAuthError(await exchange(once, one), 400, "invalid_request");
      expect((await exchange(once, other)).status).toBe(200);
      expect((await signIn(once, other)).status).toBe(401);
      await once.stop();
    });

    it("requires a nonce if so configured, and accepts it once", async () => {
      const strict = await start({ GOOGLE_NONCE: "required" });
      const without = await exchange(strict, await google.idToken());
      expectOAuthError(without, 400, "invalid_request");
      const { body } = await postJson(strict, "/auth/google/nonce", {});
      const nonce = String(body.nonce);
      const idToken = await google.idToken({ nonce });
      expect((await exchange(strict, idToken, { nonce })).status).toBe(200);
      expectOAuthError(await exchange(strict, idToken), 400, "invalid_request");
      await strict.stop();
    });

    it("must contain the nonce in the request", async () => {
      const idToken = await google.idToken({ nonce: "one" });
      const mine = await exchange(service, idToken, { nonce: "one" });
      expect(mine.status).toBe(200);
      const other = await exchange(service, idToken, { nonce: "other" });
      expectOAuthError(other, 400, "invalid_request");
    });
  });

  describe("when a dependency is unavailable", () => {
    it("Google: 503 with Retry-After, not an invalid token", async () => {
      const fresh = await start();
      google.setFault(googlePaths.certs, { status: 500 });
      const answer = await exchange(fresh, await google.idToken());
      google.clearFaults();
      expectOAuthError(answer, 503, "temporarily_unavailable");
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      await fresh.stop();
    });

    it("the database: 503 with Retry-After, for both grants", async () => {
      await using network = await TcpProxy.to(database.url);
      const cut = await start({ DATABASE_URL: network.url });
      const { body } = await exchange(cut, await google.idToken());
      await network.cut();
      const refused = [
        await exchange(cut, await google.idToken()),
        await refreshGrant(cut, body.refresh_token),
      ];
      await network.restore();
      for (const answer of refused) {
        expectOAuthError(answer, 503, "temporarily_unavailable");
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      }
      await cut.stop();
    });
  });

  describe("after too many requests", () => {
    it("exchanges count as sign-ins, refreshes as refreshes", async () => {
      const limited = await start({
        RATE_LIMIT_SIGN_IN: "3/60",
        RATE_LIMIT_REFRESH: "2/60",
      });
      const first = await exchange(limited, await google.idToken());
      expect((await signIn(limited, await google.idToken())).status).toBe(200);
      // A request that is no refresh counts as an attempt to sign in.
      const unknown = { grant_type: "password" };
      await postOAuth(limited, "/oauth/token", unknown);
      const idToken = await google.idToken();
      const late = await exchange(limited, idToken);
      expectOAuthError(late, 429, "temporarily_unavailable");
      expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
      const app = await postForm(limited, "/auth/google", { idToken });
      expect(app.status).toBe(429);
      const second = await refreshGrant(limited, first.body.refresh_token);
      expect(second.status).toBe(200);
      const { refresh_token: refreshToken } = second.body;
      const third = await postJson(limited, "/auth/refresh", { refreshToken });
      expect(third.status).toBe(200);
      const fourth = await refreshGrant(limited, third.body.refreshToken);
      expectOAuthError(fourth, 429, "temporarily_unavailable");
      await limited.stop();
    });

    it("refused exchanges lock out, refused refreshes do not", async () => {
      const limited = await start({ RATE_LIMIT_SIGN_IN_FAILURES: "2/60" });
      for (let i = 0; i < 5; i++) {
        const answer = await refreshGrant(limited, "garbage");
        expectOAuthError(answer, 400, "invalid_grant");
      }
      for (let i = 0; i < 2; i++) {
        const answer = await exchange(limited, "garbage");
        expectOAuthError(answer, 400, "invalid_request");
      }
      const good = await exchange(limited, await google.idToken());
      expectOAuthError(good, 429, "temporarily_unavailable");
      await limited.stop();
    });
  });

  describe("when a page sends the request", () => {
    const from = (origin: string) => ({ origin });

    it("of another origin, it is refused for both grants", async () => {
      const headers = from("https://evil.example");
      const idToken = await google.idToken();
      const refused = await exchange(service, idToken, {}, headers);
      expectOAuthError(refused, 403, "unauthorized_client");
      const { body } = await exchange(service, idToken);
      const refresh = await refreshGrant(
        service,
        body.refresh_token,
        {},
        headers,
      );
      expectOAuthError(refresh, 403, "unauthorized_client");
    });

    it("of the service's own origin, it is accepted", async () => {
      const headers = from("https://service.example");
      const answer = await exchange(
        service,
        await google.idToken(),
        {},
        headers,
      );
      expect(answer.status).toBe(200);
    });

    it("in cookie mode, the refresh token is in the cookie alone", async () => {
      await using cookies = await start({ REFRESH_COOKIE: "browser" });
      const noPage = await exchange(cookies, await google.idToken());
      expect(noPage.body).toHaveProperty("refresh_token");
      expect(noPage.headers.get("set-cookie")).toBeNull();
      const headers = from("https://service.example");
      const idToken = await google.idToken();
      const answer = await exchange(cookies, idToken, {}, headers);
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty("refresh_token");
      expect(answer.headers.get("set-cookie")).toMatch(
        /^__Host-refresh=v1\.[^;]+;.*HttpOnly/,
      );
    });
  });
});
