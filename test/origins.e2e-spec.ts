import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { answerOf } from "./support/requests";
import { query } from "./support/rows";

const own = "http://localhost:3000";
const web = "https://app.example.com";
const mobile = "capacitor://localhost";

type Headers = Record<string, string>;

describe("the service", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  /** Without front ends on other origins. */
  let plain: TestService;
  /** With front ends on other origins. */
  let opened: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    plain = await TestService.start(google, { database });
    opened = await TestService.start(google, {
      database,
      env: { PUBLIC_URL: own, CORS_ORIGINS: `${web}, ${mobile}` },
    });
  });

  afterAll(async () => {
    await opened.stop();
    await plain.stop();
    await database.destroy();
    await google.stop();
  });

  describe("allows front ends to read responses across origins", () => {
    /**
     * The headers our calls need, and those that tracing adds to every call of
     * a page.
     */
    const requested =
      "authorization,baggage,content-type,dpop,sentry-trace,traceparent,tracestate";
    const preflight = (
      service: TestService,
      origin: string,
      path = "/auth/google",
    ) =>
      service.fetch(path, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": requested,
        },
      });
    const corsHeaders = (answer: Response) =>
      [...answer.headers.keys()].filter((name) =>
        name.startsWith("access-control-"),
      );

    it.each([web, mobile])("from %s, which is listed", async (origin) => {
      const answer = await preflight(opened, origin);
      expect(answer.status).toBe(204);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": requested,
        "access-control-max-age": "600",
        vary: "Origin, Access-Control-Request-Headers",
      });
      for (const path of ["/health/live", "/users/me", "/nowhere"]) {
        const { headers } = await opened.fetch(path, { headers: { origin } });
        expect(Object.fromEntries(headers)).toMatchObject({
          "access-control-allow-origin": origin,
          "access-control-allow-credentials": "true",
          "access-control-expose-headers":
            "Retry-After, WWW-Authenticate, DPoP-Nonce, Date",
          vary: "Origin",
        });
      }
    });

    it("from a listed origin, even if the request is refused", async () => {
      const post = (contentType: string, body: string) =>
        opened.fetch("/auth/google", {
          method: "POST",
          headers: { origin: web, "content-type": contentType },
          body,
        });
      const answers = [
        await post("application/json", "{}"),
        await post("application/json", "{"),
        await post("application/json", " ".repeat(20_000)),
        await post("text/plain", "idToken"),
        await post("application/json", '{"idToken":"guess"}'),
        await opened.fetch("/auth/google", { headers: { origin: web } }),
      ];
      expect(
        answers.map(({ status, headers }) => [
          status,
          headers.get("access-control-allow-origin"),
        ]),
      ).toEqual([400, 400, 413, 415, 401, 405].map((status) => [status, web]));
    });

    it.each([
      ...["https://evil.example", "null", `${web}.evil.example`, `${web}:443`],
      ...[`${web}/`, "https://APP.example.com", "http://app.example.com", "*"],
      ...["https://sub.app.example.com", "capacitor://localhost:1", ""],
    ])("but not from %j", async (origin) => {
      const answer = await preflight(opened, origin);
      expect([answer.status, corsHeaders(answer)]).toEqual([405, []]);
      const read = await opened.fetch("/health/live", { headers: { origin } });
      expect([read.status, corsHeaders(read)]).toEqual([200, []]);
      expect(read.headers.get("vary")).toBe("Origin");
    });

    it("and sends Vary: Origin with every response", async () => {
      for (const path of ["/health/live", "/nowhere", "/%", "/auth/google"]) {
        const answer = await opened.fetch(path);
        expect(answer.headers.get("vary")).toBe("Origin");
      }
    });

    it("but from no origin without CORS_ORIGINS", async () => {
      const answer = await preflight(plain, web);
      expect([answer.status, corsHeaders(answer)]).toEqual([405, []]);
      const read = await plain.fetch("/health/live", {
        headers: { origin: web },
      });
      expect(corsHeaders(read)).toEqual([]);
      expect(read.headers.get("vary")).toBeNull();
    });
  });

  describe("W-003 admits sign-ins by origin:", () => {
    const sameOrigin = { "sec-fetch-site": "same-origin" };
    const allowed: [string, Headers][] = [
      ["no origin, as apps and servers send", {}],
      ["its own", { origin: own }],
      ["a listed web page", { origin: web, "sec-fetch-site": "cross-site" }],
      ["a listed app", { origin: mobile }],
      [
        "its public one behind a proxy",
        { origin: "https://proxied.example", ...sameOrigin },
      ],
    ];
    const refused: [string, Headers][] = [
      ["evil", { origin: "https://evil.example" }],
      [
        "another origin of the same site",
        { origin: "https://evil.example", "sec-fetch-site": "same-site" },
      ],
      [
        "another origin without an initiator",
        { origin: "https://evil.example", "sec-fetch-site": "none" },
      ],
      ["an opaque one", { origin: "null" }],
      [
        "an opaque one that claims the same origin",
        { origin: "null", ...sameOrigin },
      ],
      ["an empty one", { origin: "" }],
      ["its own with another port", { origin: "http://localhost:3001" }],
      ["its own without the port", { origin: "http://localhost" }],
      ["its own with TLS", { origin: "https://localhost:3000" }],
      ["its own with a path", { origin: `${own}/` }],
      ["its own in capitals", { origin: "http://LOCALHOST:3000" }],
      ["a listed one with a suffix", { origin: `${web}.evil.example` }],
      ["two", { origin: `${web}, https://evil.example` }],
    ];
    const post = async (path: string, headers: Headers) => {
      const body = new URLSearchParams({ idToken: await google.idToken() });
      return answerOf(
        await opened.fetch(path, { method: "POST", headers, body }),
      );
    };

    it.each(allowed)("%s: 200", async (_whose, headers) => {
      for (const path of ["/auth/google", "/tokensignin"]) {
        expect((await post(path, headers)).status).toBe(200);
      }
    });

    it.each(refused)("%s: 403", async (_whose, headers) => {
      const before = await query(
        opened,
        "SELECT count(*) FROM google_auth.sessions",
      );
      for (const path of ["/auth/google", "/tokensignin"]) {
        const { status, body, headers: sent } = await post(path, headers);
        expect([status, body.code]).toEqual([403, "origin_not_allowed"]);
        expect(body.detail).toContain("CORS_ORIGINS");
        expect(sent.get("cache-control")).toBe("no-store");
      }
      expect(
        await query(opened, "SELECT count(*) FROM google_auth.sessions"),
      ).toEqual(before);
    });
  });
});
