import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { refusal } from "./support/calls";
import { loginForm, navigation, postToLoginUri } from "./support/login-uri";
import { answerOf } from "./support/requests";
import { rowCounts } from "./support/rows";

const app = "https://app.example";
const appUrl = `${app}/signed-in?from=google`;

describe("POST /auth/google/redirect", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    service = await TestService.start(google, {
      database,
      env: { APP_URL: appUrl },
    });
  });

  afterEach(() => google.clearFaults());

  afterAll(async () => {
    await service.stop();
    await database.destroy();
    await google.stop();
  });

  const credential = () => google.idToken({ account: newAccount() });

  describe("without the same CSRF token in cookie and field", () => {
    it.each<[string, string | undefined, string | string[] | undefined]>([
      ["no cookie", undefined, "csrf"],
      ["another cookie", "theme=dark; csrf=csrf", "csrf"],
      ["an empty cookie", "g_csrf_token=", "csrf"],
      ["two empty ones", "g_csrf_token=", ""],
      ["no field", "g_csrf_token=csrf", undefined],
      ["an empty field", "g_csrf_token=csrf", ""],
      ["another value", "g_csrf_token=csrf", "csrg"],
      ["capitals", "g_csrf_token=csrf", "CSRF"],
      ["a longer value", "g_csrf_token=csrf", "csrf "],
      ["a prefix of the value", "g_csrf_token=csrf", "csr"],
      ["two fields", "g_csrf_token=csrf", ["csrf", "csrf"]],
      ["a cookie of another name", "xg_csrf_token=csrf", "csrf"],
      ["a name in capitals", "G_CSRF_TOKEN=csrf", "csrf"],
      ["two cookies", "g_csrf_token=csrf; g_csrf_token=mine", "csrf"],
      ["the planted one first", "g_csrf_token=mine; g_csrf_token=csrf", "mine"],
      ["two that are equal", "g_csrf_token=csrf; g_csrf_token=csrf", "csrf"],
      ["two with others between", "g_csrf_token=a;b=c;g_csrf_token=a", "a"],
    ])("%s: 403, no cookie and no row", async (_what, cookie, sent) => {
      const rows = await rowCounts(service);
      const body = loginForm(await credential());
      body.delete("g_csrf_token");
      for (const value of [sent ?? []].flat()) {
        body.append("g_csrf_token", value);
      }
      const answer = await postToLoginUri(service, {
        body,
        headers: { ...navigation, cookie },
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("location")).toBeNull();
      expect(refusal(await answerOf(answer))).toEqual([403, "csrf_mismatch"]);
      expect(await rowCounts(service)).toEqual(rows);
    });

    it.each([["csrf"], { value: "csrf" }, 1, true, null])(
      "%j in JSON: 403",
      async (sent) => {
        const answer = await postToLoginUri(service, {
          json: { credential: await credential(), g_csrf_token: sent },
        });
        expect(refusal(await answerOf(answer))).toEqual([403, "csrf_mismatch"]);
      },
    );

    it("a body that is no object: 403", async () => {
      for (const json of [null, [], "g_csrf_token", 1]) {
        const answer = await postToLoginUri(service, { json });
        expect(refusal(await answerOf(answer))).toEqual([403, "csrf_mismatch"]);
      }
    });
  });

  describe("W-002 from another origin, even with a planted cookie", () => {
    it.each<[string, Record<string, string | undefined>]>([
      ["another site", { origin: "https://evil.example" }],
      ["a sub-domain", { origin: "https://evil.app.example" }],
      ["a sandboxed frame", { origin: "null" }],
      [
        "a sandboxed frame that claims the same origin",
        { origin: "null", "sec-fetch-site": "same-origin" },
      ],
      [
        "an origin that starts with Google's",
        { origin: "https://accounts.google.com.evil" },
      ],
      ["Google's without TLS", { origin: "http://accounts.google.com" }],
      ["another page of Google's", { origin: "https://sites.google.com" }],
      ["an empty origin", { origin: "" }],
      ["no origin", { origin: undefined, "sec-fetch-site": "cross-site" }],
      ["no initiator", { origin: undefined, "sec-fetch-site": "none" }],
      ["the same site", { origin: undefined, "sec-fetch-site": "same-site" }],
    ])("%s: 403, no cookie and no row", async (_whose, headers) => {
      const rows = await rowCounts(service);
      const answer = await postToLoginUri(service, {
        body: loginForm(await credential()),
        headers: { "sec-fetch-mode": "navigate", ...headers },
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("location")).toBeNull();
      expect(refusal(await answerOf(answer))).toEqual([
        403,
        "origin_not_allowed",
      ]);
      expect(await rowCounts(service)).toEqual(rows);
    });
  });

  describe("when the sign-in fails", () => {
    const failing = async (headers: Record<string, string>) => {
      const idToken = await google.idToken({ account: "unverifiedEmail" });
      const body = loginForm(idToken);
      return postToLoginUri(service, { body, headers });
    };

    it("sends a program the usual problem document", async () => {
      const answer = await failing({});
      expect(answer.headers.get("content-type")).toMatch(
        /^application\/problem/,
      );
      expect(refusal(await answerOf(answer))).toEqual([
        403,
        "email_not_verified",
      ]);
    });

    it("redirects a browser to the app with the error code", async () => {
      const answer = await failing(navigation);
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        `${appUrl}&error=email_not_verified`,
      ]);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    it.each([
      ["no credential", undefined, "invalid_request"],
      ["an empty credential", "", "invalid_request"],
      ["a malformed credential", "guess", "invalid_token"],
    ])("%s", async (_what, idToken, code) => {
      const body = loginForm(idToken ?? "");
      if (idToken === undefined) body.delete("credential");
      const plain = await answerOf(await postToLoginUri(service, { body }));
      expect(plain.body.code).toBe(code);
      const headers = navigation;
      const led = await postToLoginUri(service, { body, headers });
      expect(led.headers.get("location")).toBe(`${appUrl}&error=${code}`);
    });

    it("two credentials are refused", async () => {
      const body = loginForm(await credential());
      body.append("credential", await credential());
      const answer = await answerOf(await postToLoginUri(service, { body }));
      expect(refusal(answer)).toEqual([400, "invalid_request", "credential"]);
    });

    it("redirects a browser also for errors before the handler", async () => {
      const answer = await postToLoginUri(service, {
        body: loginForm(""),
        headers: { ...navigation, "content-type": "text/plain" },
      });
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        `${appUrl}&error=unsupported_media_type`,
      ]);
    });

    it("because Google's keys are unavailable: 503, and a browser is redirected", async () => {
      await using cold = await TestService.start(google, {
        database,
        env: { APP_URL: appUrl },
      });
      google.setFault(googlePaths.certs, { status: 500 });
      const body = loginForm(await credential());
      const plain = await postToLoginUri(cold, { body });
      expect(plain.headers.get("retry-after")).toBe("10");
      expect(refusal(await answerOf(plain))).toEqual([
        503,
        "identity_provider_unavailable",
      ]);
      const led = await postToLoginUri(cold, { body, headers: navigation });
      expect(led.headers.get("location")).toBe(
        `${appUrl}&error=identity_provider_unavailable`,
      );
    });

    it("counts as a failed sign-in; the audit log has the reason", async () => {
      await using limited = await TestService.start(google, {
        database,
        env: { APP_URL: app, RATE_LIMIT_SIGN_IN_FAILURES: "2/60" },
      });
      const body = loginForm("guess");
      const places: unknown[] = [];
      for (let times = 0; times < 3; times++) {
        const headers = navigation;
        const answer = await postToLoginUri(limited, { body, headers });
        places.push(answer.headers.get("location"));
      }
      expect(places).toEqual(
        ["invalid_token", "invalid_token", "rate_limited"].map(
          (code) => `${app}/?error=${code}`,
        ),
      );
    });
  });
});
