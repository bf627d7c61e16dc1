import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { exchange, requestText } from "./support/raw-connection";
import { answerOf, signIn } from "./support/requests";
import { routesOf } from "./support/routes";
import { query } from "./support/rows";

describe("the service's HTTP interface", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  /** With the default settings. */
  let plain: TestService;
  /** With front ends on other origins, behind a proxy, without TLS. */
  let opened: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    plain = await TestService.start(google, { database });
    opened = await TestService.start(google, {
      database,
      env: {
        PUBLIC_URL: "http://localhost:3000",
        CORS_ORIGINS: "https://app.example.com",
        TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8",
        DOCS: "off",
      },
    });
  });

  afterAll(async () => {
    await opened.stop();
    await plain.stop();
    await database.destroy();
    await google.stop();
  });

  type Headers = Record<string, string>;

  describe("sets the same headers on every response", () => {
    it.each([
      ["GET", "/health/live", 200],
      ["GET", "/.well-known/jwks.json", 200],
      ["GET", "/docs/swagger-ui.css", 200],
      ["GET", "/nowhere", 404],
      ["GET", "/users/me", 401],
      ["GET", "/auth/google", 405],
      ["OPTIONS", "/auth/google", 405],
      ["POST", "/auth/google", 400],
      ["GET", "/%", 400],
    ])("%s %s, which is %i", async (method, path, status) => {
      const answer = await plain.fetch(path, { method });
      expect(answer.status).toBe(status);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "content-security-policy":
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "strict-transport-security": expect.stringMatching(
          /^max-age=\d{8}/,
        ) as string,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect(answer.headers.get("x-powered-by")).toBeNull();
      expect(answer.headers.get("server")).toBeNull();
    });

    it("except those for TLS on plain http", async () => {
      const answer = await opened.fetch("/health/live");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("strict-transport-security")).toBeNull();
    });

    it("with a policy for the API page that allows only its own resources", async () => {
      for (const path of ["/docs", "/docs/", "/docs/index.html"]) {
        const answer = await plain.fetch(path);
        const policy = answer.headers.get("content-security-policy") ?? "";
        expect([answer.status, policy]).toEqual([
          200,
          expect.stringContaining("default-src 'none';"),
        ]);
        expect(policy).toContain("script-src 'self';");
        expect(policy).not.toMatch(/unsafe-(?:inline|eval)/);
        expect(await answer.text()).not.toMatch(
          /<script(?![^>]* src=)|https?:\/\/(?!www\.w3\.org)/,
        );
      }
    });
  });

  describe("takes the client's address", () => {
    const addressOfSession = async (service: TestService, headers: Headers) => {
      const body = new URLSearchParams({ idToken: await google.idToken() });
      const answer = await answerOf(
        await service.fetch("/auth/google", { method: "POST", headers, body }),
      );
      const [session] = await query<{ ip: string }>(
        service,
        "SELECT host(ip) AS ip FROM google_auth.sessions WHERE id = $1",
        [answer.body.sessionId],
      );
      return session?.ip;
    };
    const forwarded = {
      "x-forwarded-for":
        "1.2.3.4, ::ffff:203.0.113.9:1, [::ffff:203.0.113.9]:5678, 10.1.2.3",
      "x-real-ip": "6.6.6.6",
      forwarded: "for=6.6.6.6",
      "client-ip": "6.6.6.6",
    };

    it("from a trusted proxy, for sessions and the log", async () => {
      expect(await addressOfSession(opened, forwarded)).toBe("203.0.113.9");
      const lines = opened.logLines.filter((line) =>
        line.includes('"/auth/google"'),
      );
      expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
        ip: "203.0.113.9",
      });
    });

    it("from several X-Forwarded-For headers", async () => {
      await exchange(
        opened,
        "GET /health/live HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\n" +
          "x-forwarded-for: 2001:DB8::9\r\nX-FORWARDED-FOR: 10.1.2.3\r\nConnection: close\r\n\r\n",
      );
      const lines = opened.logLines.filter((line) => line.includes("/live"));
      expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
        ip: "2001:db8::9",
      });
    });

    it("not from an untrusted proxy, and warns once of a possible one", async () => {
      await addressOfSession(opened, forwarded);
      const single = await TestService.start(google, { database });
      const warnings = () =>
        single.logLines.filter((line) => line.includes("TRUSTED_PROXIES"));
      await single.fetch("/health/live");
      expect(warnings()).toEqual([]);
      for (let time = 0; time < 3; time++) {
        expect(await addressOfSession(single, forwarded)).toBe("127.0.0.1");
      }
      await single.stop();
      expect(warnings()).toHaveLength(1);
      expect(warnings()[0]).toContain("127.0.0.1 had the header x-forwarded");
      expect(warnings()[0]).not.toContain("203.0.113.9");
    });
  });

  it("W-011 W-012 ignores the request's host and scheme", async () => {
    const idToken = await google.idToken();
    const { accessToken } = await signIn(opened, idToken);
    const requests: Parameters<typeof requestText>[0][] = [
      ...[
        "/.well-known/jwks.json",
        "/nowhere",
        "/health/ready",
        "/docs-json",
        "/docs",
      ].map((path) => ({ method: "GET", path })),
      {
        ...{ method: "GET", path: "/users/me" },
        headers: { Authorization: `Bearer ${accessToken}` },
      },
      {
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: `idToken=${idToken}`,
      },
    ];
    const lies = {
      Host: "evil.example",
      "X-Forwarded-Host": "evil.example",
      "X-Forwarded-Proto": "gopher",
      Forwarded: "host=evil.example;proto=gopher",
    };
    for (const service of [plain, opened]) {
      for (const { headers, ...request } of requests) {
        const text = requestText({
          ...request,
          headers: { ...headers, ...lies },
        });
        const reply = await exchange(service, text);
        expect(reply.status).toBeGreaterThan(199);
        expect([...reply.headers, reply.text].join()).not.toMatch(
          /evil|gopher/,
        );
      }
    }
  });

  describe("serves no routes", () => {
    const description = JSON.parse(
      readFileSync(resolve(__dirname, "../docs/openapi.json"), "utf8"),
    ) as { paths: Record<string, Record<string, unknown>> };
    const documented = Object.entries(description.paths).flatMap(
      ([path, operations]) =>
        Object.keys(operations).flatMap((method) => {
          const route = path.replace(/\{(\w+)\}/g, ":$1");
          const verbs =
            method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()];
          return verbs.map((verb) => `${verb} ${route}`);
        }),
    );
    const docsPages = [
      ...["/docs", "/docs/", "/docs-json", "/docs-yaml", "/docs/*"],
      ...["/docs/index.html", "/docs/LICENSE", "/docs/swagger-ui-init.js"],
      "/docs/docs/swagger-ui-init.js",
    ].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]);

    it("but those of docs/openapi.json and the API pages", () => {
      expect(routesOf(plain)).toEqual([...documented, ...docsPages].sort());
    });

    it("but CORS preflights, and no API pages without DOCS", () => {
      expect(routesOf(opened)).toEqual([...documented, "OPTIONS *"].sort());
    });
  });

  it("forbids caching of every sign-in response", async () => {
    const limited = await TestService.start(google, {
      database,
      env: { RATE_LIMIT_SIGN_IN: "3/3600" },
    });
    const post = (headers: Headers, body: RequestInit["body"]) =>
      limited.fetch("/auth/google", { method: "POST", headers, body });
    const form = new URLSearchParams({ idToken: await google.idToken() });
    const answers = [
      await post({}, form),
      await post({}, new URLSearchParams({ idToken: "guess" })),
      await post({}, new URLSearchParams({})),
      await post({}, form),
      await post({ origin: "https://evil.example" }, form),
      await post({ "content-type": "text/plain" }, "idToken"),
      await post({ "content-type": "application/json" }, " ".repeat(20_000)),
      await limited.fetch("/auth/google"),
      await limited.fetch("/auth/google", { method: "OPTIONS" }),
      await limited.fetch("/auth/google/nothing", { method: "POST" }),
    ];
    await limited.stop();
    expect(answers.map(({ status }) => status)).toEqual([
      200, 401, 400, 429, 403, 415, 413, 405, 405, 404,
    ]);
    for (const { headers } of answers) {
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });
});
