import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { claimsOf } from "./support/calls";
import { type Answer, answerOf, getWithToken } from "./support/requests";

const app = "https://app.example";
const ownOrigin = "https://service.example";

interface CookieAnswer extends Answer {
  /** The refresh token of the cookie that was set; empty when it was taken back. */
  readonly cookie: string | undefined;
  readonly attributes: string[];
}

describe("the refresh token in a cookie", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: { REFRESH_COOKIE: "browser", CORS_ORIGINS: app },
    });
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = { origin: app },
    target = service,
  ): Promise<CookieAnswer> => {
    const response = await target.fetch(path, {
      method: "POST",
      headers: {
        ...headers,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const [set = "", ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    const [pair = "", ...attributes] = set.split("; ");
    return {
      ...(await answerOf(response)),
      cookie: /^__Host-refresh=(.*)$/.exec(pair)?.[1],
      attributes: attributes.sort(),
    };
  };
  const signIn = async (headers?: Record<string, string>, target = service) => {
    const idToken = await google.idToken({ account: newAccount() });
    return post("/auth/google", { idToken }, headers, target);
  };
  const withCookie = (cookie: string | undefined, origin = app) => ({
    origin,
    cookie: `theme=dark; __Host-refresh=${cookie ?? ""}; other=1`,
  });

  it("is set by a sign-in where no script can read it, and is not in the body", async () => {
    const answer = await signIn();
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("refreshToken");
    expect(answer.body.refreshExpiresIn).toBe(2_592_000);
    expect(answer.cookie).toMatch(/^v1\.[0-9a-f-]{36}\.1\.[\w-]{64}$/);
    expect(answer.attributes).toEqual([
      "HttpOnly",
      "Max-Age=2592000",
      "Path=/",
      "SameSite=Strict",
      "Secure",
    ]);
    expect(answer.headers.get("access-control-allow-origin")).toBe(app);
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it("is replaced by a refresh, which needs nothing else", async () => {
    const signedIn = await signIn();
    const answer = await post(
      "/auth/refresh",
      undefined,
      withCookie(signedIn.cookie),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("refreshToken");
    expect(answer.cookie).toMatch(/^v1\.[0-9a-f-]{36}\.2\./);
    const me = await getWithToken(
      service,
      "/users/me",
      String(answer.body.accessToken),
    );
    expect(me.status).toBe(200);
  });

  it("is taken back by a sign-out, and is dead", async () => {
    const { cookie } = await signIn();
    const answer = await post("/auth/logout", undefined, withCookie(cookie));
    expect([answer.status, answer.cookie]).toEqual([204, ""]);
    expect(answer.attributes).toContain("Max-Age=0");
    const dead = await post("/auth/refresh", undefined, withCookie(cookie));
    expect([dead.status, dead.body.code]).toEqual([401, "session_revoked"]);
    // It would be refused for ever, and is not to be sent for ever.
    expect(dead.cookie).toBe("");
  });

  it.each([
    ["another site's", "https://evil.example"],
    ["that of a sandboxed page", "null"],
    ["ours with another port", `${ownOrigin}:8443`],
    ["ours without TLS", "http://service.example"],
    ["one that begins as the app's", `${app}.evil.example`],
    ["the app's in upper case", app.toUpperCase()],
  ])(
    "is neither set, read nor taken back for an origin such as %s",
    async (_name, origin) => {
      const { cookie } = await signIn();
      const attempts = [
        await signIn({ origin }),
        await post("/auth/refresh", undefined, withCookie(cookie, origin)),
        await post("/auth/logout", undefined, withCookie(cookie, origin)),
      ];
      for (const answer of attempts) {
        expect([answer.status, answer.body.code, answer.cookie]).toEqual([
          403,
          "origin_not_allowed",
          undefined,
        ]);
      }
      const still = await post("/auth/refresh", undefined, withCookie(cookie));
      expect(still.body.sessionId).toBeDefined();
    },
  );

  it("needs an origin: only browsers have cookies, and they always say where from", async () => {
    const { cookie } = await signIn();
    const attempts = [
      await post("/auth/refresh", undefined, {
        cookie: `__Host-refresh=${cookie}`,
      }),
      await post("/auth/logout", undefined, {
        cookie: `__Host-refresh=${cookie}`,
      }),
    ];
    for (const answer of attempts) {
      expect([answer.status, answer.body.reason]).toEqual([403, "no_origin"]);
    }
  });

  it("serves the pages of the service's own origin", async () => {
    const signedIn = await signIn({ origin: ownOrigin });
    const answer = await post(
      "/auth/refresh",
      undefined,
      withCookie(signedIn.cookie, ownOrigin),
    );
    expect([signedIn.status, answer.status]).toEqual([200, 200]);
  });

  it.each(["%", "%E0%A4%A", "v1", "=", '"'])(
    "with the content %j is refused and not a crash",
    async (content) => {
      const answer = await post(
        "/auth/refresh",
        undefined,
        withCookie(content),
      );
      expect([answer.status, answer.body.code]).toEqual([
        401,
        "invalid_refresh_token",
      ]);
    },
  );

  it("is good for the refresh grant of OAuth, which replaces it", async () => {
    const { cookie } = await signIn();
    const grant = (headers: Record<string, string>) =>
      service.fetch("/oauth/token", {
        method: "POST",
        headers,
        body: new URLSearchParams({ grant_type: "refresh_token" }),
      });
    const answer = await grant({
      origin: app,
      cookie: `__Host-refresh=${cookie}`,
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toHaveProperty("refresh_token");
    const [set = ""] = answer.headers.getSetCookie();
    expect(set).toMatch(/^__Host-refresh=[^;]{20}/);
    const without = await grant({ origin: app });
    expect([without.status, await without.json()]).toMatchObject([
      400,
      { error: "invalid_request" },
    ]);
    const twice = await grant({
      origin: app,
      cookie: `__Host-refresh=${cookie}; __Host-refresh=planted`,
    });
    expect(twice.status).toBe(400);
    expect(twice.headers.getSetCookie()).toEqual([]);
  });

  it("is for the whole host, also of a service below a path", async () => {
    await using below = await TestService.start(google, {
      database,
      env: {
        REFRESH_COOKIE: "browser",
        PUBLIC_URL: "https://host.example/auth",
      },
    });
    const origin = { origin: "https://host.example" };
    const { attributes, body } = await signIn(origin, below);
    expect(attributes).toContain("Path=/");
    expect(claimsOf(String(body.accessToken)).iss).toBe(
      "https://host.example/auth",
    );
    const metadata = await below.fetch("/.well-known/openid-configuration");
    expect(await metadata.json()).toMatchObject({
      issuer: "https://host.example/auth",
      token_endpoint: "https://host.example/auth/oauth/token",
    });
  });

  it("is not there at a first visit, which is no mistake", async () => {
    const answer = await post("/auth/refresh", undefined);
    expect([answer.status, answer.body.code]).toEqual([401, "no_session"]);
    expect(answer.cookie).toBeUndefined();
    const app = await post("/auth/refresh", undefined, {});
    expect([app.status, app.body.code]).toEqual([400, "invalid_request"]);
  });

  it("is not for apps: without an origin the token is in the body", async () => {
    const answer = await signIn({});
    expect(answer.cookie).toBeUndefined();
    const { refreshToken } = answer.body;
    const refreshed = await post("/auth/refresh", { refreshToken }, {});
    expect(refreshed.cookie).toBeUndefined();
    expect(refreshed.body.refreshToken).toEqual(expect.any(String));
  });

  it("sent twice is refused, for one was planted, and neither is cleared", async () => {
    const [good, planted] = [await signIn(), await signIn()];
    const names = [good, planted].map(
      ({ cookie }) => `__Host-refresh=${cookie}`,
    );
    for (const path of ["/auth/refresh", "/auth/logout"]) {
      for (const cookie of [names.join("; "), names.reverse().join("; ")]) {
        const answer = await post(path, undefined, { origin: app, cookie });
        expect([answer.status, answer.body.reason, answer.cookie]).toEqual([
          ...[400, "refresh_cookie_ambiguous", undefined],
        ]);
      }
    }
    for (const { cookie } of [good, planted]) {
      const still = await post("/auth/refresh", undefined, withCookie(cookie));
      expect(still.status).toBe(200);
    }
  });

  it("of a front end on another site is partitioned", async () => {
    await using other = await TestService.start(google, {
      database,
      env: {
        ...{ REFRESH_COOKIE: "browser", CORS_ORIGINS: app },
        REFRESH_COOKIE_SAME_SITE: "none",
      },
    });
    const { attributes } = await signIn({ origin: app }, other);
    expect(attributes).toEqual(
      expect.arrayContaining(["Partitioned", "SameSite=None", "Secure"]),
    );
  });

  it("on plain http in development has a name without the prefix, and is not Secure", async () => {
    await using local = await TestService.start(google, {
      database,
      env: { REFRESH_COOKIE: "browser", PUBLIC_URL: "http://localhost:3000" },
    });
    const idToken = await google.idToken({ account: newAccount() });
    const response = await local.fetch("/auth/google", {
      method: "POST",
      headers: {
        ...{ origin: "http://localhost:3000" },
        "content-type": "application/json",
      },
      body: JSON.stringify({ idToken }),
    });
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^refresh=v1\.[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ]);
  });

  it("is not set by a service that was not told to", async () => {
    await using plain = await TestService.start(google, {
      database,
      env: { CORS_ORIGINS: app },
    });
    const answer = await signIn({ origin: app }, plain);
    expect(answer.cookie).toBeUndefined();
    expect(answer.body.refreshToken).toEqual(expect.any(String));
  });
});
