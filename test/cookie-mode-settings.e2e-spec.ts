import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { claimsOf } from "./support/calls";
import { app, cookieMode, signInFromPage } from "./support/cookie-calls";

describe("the refresh token in a cookie", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterAll(() => google.stop());

  it("has Path=/ even if the service is below a path", async () => {
    await using below = await TestService.start(google, {
      env: {
        REFRESH_COOKIE: "browser",
        PUBLIC_URL: "https://host.example/auth",
      },
    });
    const origin = { origin: "https://host.example" };
    const { attributes, body } = await signInFromPage(
      { google, service: below },
      origin,
    );
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

  it("is partitioned for a front end on another site", async () => {
    await using other = await TestService.start(google, {
      env: {
        ...cookieMode,
        REFRESH_COOKIE_SAME_SITE: "none",
      },
    });
    const { attributes } = await signInFromPage(
      { google, service: other },
      { origin: app },
    );
    expect(attributes).toEqual(
      expect.arrayContaining(["Partitioned", "SameSite=None", "Secure"]),
    );
  });

  it("has no __Host- prefix and is not Secure on http in development", async () => {
    await using local = await TestService.start(google, {
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

  it("is not set by default", async () => {
    await using plain = await TestService.start(google, {
      env: { CORS_ORIGINS: app },
    });
    const answer = await signInFromPage(
      { google, service: plain },
      { origin: app },
    );
    expect(answer.cookie).toBeUndefined();
    expect(answer.body.refreshToken).toEqual(expect.any(String));
  });
});
