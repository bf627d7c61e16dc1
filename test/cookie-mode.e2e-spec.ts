import {
  app,
  ownOrigin,
  useCookieMode,
  withCookie,
} from "./support/cookie-calls";
import { getWithToken } from "./support/requests";

describe("the refresh token in a cookie", () => {
  const site = useCookieMode();

  it("is set HttpOnly by a sign-in and is not in the body", async () => {
    const answer = await site.signIn();
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

  it("is enough for a refresh, which replaces it", async () => {
    const signedIn = await site.signIn();
    const answer = await site.post(
      "/auth/refresh",
      undefined,
      withCookie(signedIn.cookie),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("refreshToken");
    expect(answer.cookie).toMatch(/^v1\.[0-9a-f-]{36}\.2\./);
    const me = await getWithToken(
      site.service,
      "/users/me",
      String(answer.body.accessToken),
    );
    expect(me.status).toBe(200);
  });

  it("is cleared and revoked by a sign-out", async () => {
    const { cookie } = await site.signIn();
    const answer = await site.post(
      "/auth/logout",
      undefined,
      withCookie(cookie),
    );
    expect([answer.status, answer.cookie]).toEqual([204, ""]);
    expect(answer.attributes).toContain("Max-Age=0");
    const dead = await site.post(
      "/auth/refresh",
      undefined,
      withCookie(cookie),
    );
    expect([dead.status, dead.body.code]).toEqual([401, "session_revoked"]);
    // It would be refused every time, so the browser must not send it any more.
    expect(dead.cookie).toBe("");
  });

  it("works for pages of the service's own origin", async () => {
    const signedIn = await site.signIn({ origin: ownOrigin });
    const answer = await site.post(
      "/auth/refresh",
      undefined,
      withCookie(signedIn.cookie, ownOrigin),
    );
    expect([signedIn.status, answer.status]).toEqual([200, 200]);
  });

  it("is accepted by OAuth's refresh grant, which replaces it", async () => {
    const { cookie } = await site.signIn();
    const grant = (headers: Record<string, string>) =>
      site.service.fetch("/oauth/token", {
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

  it("is not used without an Origin header: apps get the token in the body", async () => {
    const answer = await site.signIn({});
    expect(answer.cookie).toBeUndefined();
    const { refreshToken } = answer.body;
    const refreshed = await site.post("/auth/refresh", { refreshToken }, {});
    expect(refreshed.cookie).toBeUndefined();
    expect(refreshed.body.refreshToken).toEqual(expect.any(String));
  });
});
