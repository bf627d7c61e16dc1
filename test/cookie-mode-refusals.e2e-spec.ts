import {
  app,
  ownOrigin,
  useCookieMode,
  withCookie,
} from "./support/cookie-calls";

describe("the refresh token in a cookie", () => {
  const site = useCookieMode();

  it.each([
    ["another site", "https://evil.example"],
    ["a sandboxed page", "null"],
    ["the service with another port", `${ownOrigin}:8443`],
    ["the service without TLS", "http://service.example"],
    ["one that starts with the app's", `${app}.evil.example`],
    ["the app's in upper case", app.toUpperCase()],
  ])(
    "is neither set, read nor cleared for this origin: %s",
    async (_name, origin) => {
      const { cookie } = await site.signIn();
      const attempts = [
        await site.signIn({ origin }),
        await site.post("/auth/refresh", undefined, withCookie(cookie, origin)),
        await site.post("/auth/logout", undefined, withCookie(cookie, origin)),
      ];
      for (const answer of attempts) {
        expect([answer.status, answer.body.code, answer.cookie]).toEqual([
          403,
          "origin_not_allowed",
          undefined,
        ]);
      }
      const still = await site.post(
        "/auth/refresh",
        undefined,
        withCookie(cookie),
      );
      expect(still.body.sessionId).toBeDefined();
    },
  );

  it("needs an Origin header, which browsers always send", async () => {
    const { cookie } = await site.signIn();
    const attempts = [
      await site.post("/auth/refresh", undefined, {
        cookie: `__Host-refresh=${cookie}`,
      }),
      await site.post("/auth/logout", undefined, {
        cookie: `__Host-refresh=${cookie}`,
      }),
    ];
    for (const answer of attempts) {
      expect([answer.status, answer.body.reason]).toEqual([403, "no_origin"]);
    }
  });

  it.each(["%", "%E0%A4%A", "v1", "=", '"'])(
    "with the value %j is refused without an error",
    async (content) => {
      const answer = await site.post(
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

  it("may be missing, as at a first visit", async () => {
    const answer = await site.post("/auth/refresh", undefined);
    expect([answer.status, answer.body.code]).toEqual([401, "no_session"]);
    expect(answer.cookie).toBeUndefined();
    const app = await site.post("/auth/refresh", undefined, {});
    expect([app.status, app.body.code]).toEqual([400, "invalid_request"]);
  });

  it("sent twice is refused, because one may be planted, and neither is cleared", async () => {
    const [good, planted] = [await site.signIn(), await site.signIn()];
    const names = [good, planted].map(
      ({ cookie }) => `__Host-refresh=${cookie}`,
    );
    for (const path of ["/auth/refresh", "/auth/logout"]) {
      for (const cookie of [names.join("; "), names.reverse().join("; ")]) {
        const answer = await site.post(path, undefined, {
          origin: app,
          cookie,
        });
        expect([answer.status, answer.body.reason, answer.cookie]).toEqual([
          ...[400, "refresh_cookie_ambiguous", undefined],
        ]);
      }
    }
    for (const { cookie } of [good, planted]) {
      const still = await site.post(
        "/auth/refresh",
        undefined,
        withCookie(cookie),
      );
      expect(still.status).toBe(200);
    }
  });
});
