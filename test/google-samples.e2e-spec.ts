import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import {
  loginForm,
  navigation,
  postToLoginUri,
  refreshCookieOf,
} from "./support/login-uri";
import { postWith } from "./support/headed-requests";
import { answerOf, postJson } from "./support/requests";
import { useService } from "./support/use-service";

const app = "https://app.example";
const callback = `${app}/oauth2callback`;

/**
 * Each test sends exactly what the client code in Google's documentation sends.
 */
describe("the samples in Google's documentation", () => {
  const site = useService({
    env: {
      APP_URL: app,
      APP_REDIRECT_URLS: `${app}/cart`,
      CORS_ORIGINS: app,
      GOOGLE_REDIRECT_URIS: callback,
    },
  });

  const idToken = () => site.google.idToken({ account: newAccount() });
  const codeFor = (
    options: Parameters<GoogleEmulator["authorizationCode"]>[0] = {},
  ) => site.google.authorizationCode({ account: newAccount(), ...options });

  // https://developers.google.com/identity/sign-in/web/backend-auth
  it("Google Sign-In for web: xhr.send('idtoken=' + id_token) to /tokensignin", async () => {
    const answer = await answerOf(
      await site.service.fetch("/tokensignin", {
        method: "POST",
        headers: {
          origin: app,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: `idtoken=${await idToken()}`,
      }),
    );
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });

  // https://developers.google.com/identity/sign-in/ios/backend-auth
  it("Google Sign-In for iOS: JSON with idToken", async () => {
    const body = { idToken: await idToken() };
    const answer = await postJson(site.service, "/tokensignin", body);
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });

  // https://developers.google.com/identity/gsi/web/guides/handle-credential-responses-js-functions
  it("Sign in with Google: the callback's response as JSON", async () => {
    const body = { credential: await idToken(), select_by: "btn" };
    const answer = await postWith(
      { origin: app },
      site.service,
      "/auth/google",
      body,
    );
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });

  // https://developers.google.com/identity/gsi/web/reference/html-reference#server-side
  it("Sign in with Google: the form that is posted to data-login_uri", async () => {
    const body = loginForm(await idToken(), { state: `${app}/cart` });
    const headers = navigation;
    const answer = await postToLoginUri(site.service, { body, headers });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      `${app}/cart`,
    ]);
    expect(refreshCookieOf(answer)).toMatch(/^v1\./);
  });

  // https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
  it("Sign in with Google: the JSON that is posted to data-login_uri", async () => {
    const answer = await postToLoginUri(site.service, {
      json: {
        credential: await idToken(),
        g_csrf_token: "csrf",
        client_id: site.google.clientIds[0],
      },
      headers: { origin: app },
    });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, app]);
    expect(refreshCookieOf(answer)).toMatch(/^v1\./);
  });

  // https://developers.google.com/identity/oauth2/web/guides/use-code-model#popup_mode
  it("Authorization code in a popup: xhr.send('code=' + code) with X-Requested-With", async () => {
    const path = "/auth/google/code";
    const preflight = await site.service.fetch(path, {
      method: "OPTIONS",
      headers: {
        origin: app,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-requested-with",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain(
      "x-requested-with",
    );
    const answer = await answerOf(
      await site.service.fetch(path, {
        method: "POST",
        headers: {
          origin: app,
          "content-type": "application/x-www-form-urlencoded",
          "x-requested-with": "XmlHttpRequest",
        },
        body: `code=${codeFor()}`,
      }),
    );
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });

  // https://developers.google.com/identity/oauth2/web/guides/use-code-model#redirect_mode
  it("Authorization code by redirect: the parameters that the redirect URI receives", async () => {
    const nonce = "made-by-the-page-before-it-left";
    const landed = new URL(
      `${callback}?${new URLSearchParams({
        state: "of-the-page",
        code: codeFor({ redirectUri: callback, nonce }),
        scope: "email profile openid",
        authuser: "0",
        prompt: "consent",
      }).toString()}`,
    );
    const answer = await postWith(
      { origin: app },
      site.service,
      "/auth/google/code",
      {
        ...Object.fromEntries(landed.searchParams),
        redirectUri: callback,
        nonce,
      },
    );
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });

  // https://developers.google.com/identity/protocols/oauth2/native-app#obtainingaccesstokens
  it("Authorization code with PKCE: the code and its verifier", async () => {
    // RFC 7636, appendix B.
    const codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const code = codeFor({
      redirectUri: callback,
      codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      codeChallengeMethod: "S256",
    });
    const body = { code, codeVerifier, redirectUri: callback };
    const answer = await postJson(site.service, "/auth/google/code", body);
    expect([answer.status, answer.body.isNewUser]).toEqual([200, true]);
  });
});
