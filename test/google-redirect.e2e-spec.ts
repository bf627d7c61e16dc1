import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { refusal } from "./support/calls";
import { DpopClient } from "./support/dpop-client";
import { postWith } from "./support/headed-requests";
import {
  loginForm,
  navigation,
  postToLoginUri,
  refreshCookieOf,
} from "./support/login-uri";
import { answerOf, getWithToken, postJson } from "./support/requests";
import { query } from "./support/rows";

const app = "https://app.example";
const appUrl = `${app}/signed-in?from=google`;
const other = `${app}/#/settings`;
const path = "/auth/google/redirect";

describe("POST /auth/google/redirect", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: {
        APP_URL: appUrl,
        APP_REDIRECT_URLS: `${other}, https://second.example/`,
        CORS_ORIGINS: app,
      },
    });
  });

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const credential = () => google.idToken({ account: newAccount() });

  describe("with a valid credential", () => {
    it("sets the refresh cookie and redirects to the app without parameters", async () => {
      const answer = await postToLoginUri(service, {
        body: loginForm(await credential()),
      });
      expect(answer.status).toBe(303);
      expect(answer.headers.get("location")).toBe(appUrl);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.text()).not.toMatch(/eyJ|v1\./);
      const [set = "", ...more] = answer.headers.getSetCookie();
      expect(more).toEqual([]);
      const [pair, ...attributes] = set.split("; ");
      expect(pair).toMatch(/^__Host-refresh=v1\.[0-9a-f-]{36}\.1\.[\w-]{64}$/);
      expect(attributes.sort()).toEqual([
        "HttpOnly",
        "Max-Age=2592000",
        "Path=/",
        "SameSite=Strict",
        "Secure",
      ]);
    });

    it("lets the app fetch its tokens with the cookie, from an allowed origin only", async () => {
      const answer = await postToLoginUri(service, {
        body: loginForm(await credential()),
      });
      const cookie = `__Host-refresh=${refreshCookieOf(answer)}`;
      const refresh = (headers: Record<string, string>) =>
        postWith({ cookie, ...headers }, service, "/auth/refresh", {});
      expect(refusal(await refresh({}))).toEqual([403, "origin_not_allowed"]);
      const evil = await refresh({ origin: "https://evil.example" });
      expect(refusal(evil)).toEqual([403, "origin_not_allowed"]);
      const good = await refresh({ origin: app });
      expect(good.status).toBe(200);
      expect(good.body).not.toHaveProperty("refreshToken");
      expect(good.headers.get("set-cookie")).toMatch(
        /^__Host-refresh=v1\.[0-9a-f-]{36}\.2\./,
      );
      const accessToken = String(good.body.accessToken);
      const me = await getWithToken(service, "/users/me", accessToken);
      expect(me.status).toBe(200);
    });

    it("starts a new session even if the browser has a refresh cookie", async () => {
      const planted = await postToLoginUri(service, {
        body: loginForm(await credential()),
      });
      const cookie = `g_csrf_token=csrf; __Host-refresh=${refreshCookieOf(planted)}`;
      const answer = await postToLoginUri(service, {
        body: loginForm(await credential()),
        headers: { cookie },
      });
      const idOf = (one: Response) => refreshCookieOf(one)?.split(".")[1];
      expect(idOf(answer)).toBeDefined();
      expect(idOf(answer)).not.toBe(idOf(planted));
    });

    it.each([
      ["Google's page", { origin: "https://accounts.google.com" }],
      ["the app's page, which opened the popup", { origin: app }],
      ["a page that a state may name", { origin: "https://second.example" }],
      ["a page of the service's own", { origin: "https://service.example" }],
      [
        "a page of the same origin, behind a proxy",
        { origin: "https://proxied.example", "sec-fetch-site": "same-origin" },
      ],
      ["a browser that sends no origin", { origin: undefined }],
    ])("accepts it from %s", async (_whose, headers) => {
      const body = loginForm(await credential());
      const answer = await postToLoginUri(service, { body, headers });
      expect(answer.status).toBe(303);
    });
  });

  describe("with a state", () => {
    it.each([other, "https://second.example/"])(
      "that is listed redirects there: %s",
      async (state) => {
        const body = loginForm(await credential(), { state });
        const answer = await postToLoginUri(service, { body });
        expect(answer.headers.get("location")).toBe(state);
      },
    );

    it.each([
      ...["https://evil.example/", "//evil.example", "\\\\evil.example"],
      ...["javascript:alert(1)", "data:text/html,x", "/", "", "settings"],
      ...[`${other} `, `${other}/`, other.toUpperCase(), `${app}/`, app],
      ...["https://second.example", "https://second.example/?next=//evil"],
      ...["https://second.example@evil.example/", `${other}\r\nX: y`],
      ...["https://second.example/\u0000", "https://second.example%2f"],
      ...["__proto__", "constructor", "0", `${other},https://second.example/`],
    ])("that is not listed redirects to the app's page: %j", async (state) => {
      const body = loginForm(await credential(), { state });
      const answer = await postToLoginUri(service, { body });
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        appUrl,
      ]);
      expect(answer.headers.get("x")).toBeNull();
    });

    it("that is a list or an object redirects to the app's page", async () => {
      for (const state of [[other], { toString: other }, 1, null, true]) {
        const answer = await postToLoginUri(service, {
          json: { credential: await credential(), g_csrf_token: "csrf", state },
        });
        expect(answer.headers.get("location")).toBe(appUrl);
      }
      const twice = loginForm(await credential(), { state: other });
      twice.append("state", other);
      const answer = await postToLoginUri(service, { body: twice });
      expect(answer.headers.get("location")).toBe(appUrl);
    });
  });

  it("accepts a nonce of the service for one sign-in", async () => {
    const { body } = await postJson(service, "/auth/google/nonce", {});
    const nonce = String(body.nonce);
    const form = loginForm(await google.idToken({ nonce }));
    const answers = [
      await postToLoginUri(service, { body: form }),
      await postToLoginUri(service, { body: form }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 401]);
  });

  it("is refused if tokens must be bound to a key, which a form cannot do", async () => {
    await using bound = await TestService.start(google, {
      database,
      env: { APP_URL: app, DPOP: "required" },
    });
    const body = loginForm(await credential());
    const answer = await answerOf(await postToLoginUri(bound, { body }));
    expect(refusal(answer)).toEqual([400, "invalid_dpop_proof"]);
    const dpop = new DpopClient().proof({
      url: `https://service.example${path}`,
    });
    const headers = { dpop };
    const proved = await postToLoginUri(bound, { body, headers });
    expect(proved.status).toBe(303);
    const [row] = await query<{ bound: boolean }>(
      bound,
      "SELECT key_thumbprint IS NOT NULL AS bound FROM google_auth.sessions WHERE id = $1",
      [refreshCookieOf(proved)?.split(".")[1]],
    );
    expect(row?.bound).toBe(true);
  });

  it("is 404 without an app to redirect to", async () => {
    await using off = await TestService.start(google, { database });
    const body = loginForm(await credential());
    const headers = navigation;
    const answer = await postToLoginUri(off, { body, headers });
    expect(refusal(await answerOf(answer))).toEqual([404, "not_found"]);
  });
});
