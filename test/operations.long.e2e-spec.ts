import { connect } from "node:net";
import { Client } from "pg";
import { Clock } from "../src/common/clock.port";
import { Database } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestService } from "../src/testing/test-service";
import { answerOf, getWithToken, signIn } from "./support/requests";
import { rowCounts } from "./support/rows";

describe("running the service", () => {
  let google: GoogleEmulator;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google);
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  it("is alive and ready, with responses that cannot be cached", async () => {
    for (const path of ["/health/live", "/health/ready"]) {
      const answer = await getWithToken(service, path);
      expect([answer.status, answer.body.status]).toEqual([200, "ok"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  it.each([
    ["GET", "/nowhere", 404, "not_found"],
    ["GET", "/", 404, "not_found"],
    ["GET", "/auth/google", 405, "method_not_allowed"],
    ["PUT", "/auth/google", 405, "method_not_allowed"],
    ["DELETE", "/tokensignin", 405, "method_not_allowed"],
    ["HEAD", "/auth/google", 405, undefined],
    ["POST", "/users/me", 405, "method_not_allowed"],
    ["GET", "/%", 400, "invalid_request"],
    ["GET", "/%c0%ae", 400, "invalid_request"],
    ["OPTIONS", "/auth/google", 405, "method_not_allowed"],
  ])(
    "%s %s is %i %s as a problem document",
    async (method, path, status, code) => {
      const answer = await answerOf(await service.fetch(path, { method }));
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      if (status === 405)
        expect(answer.headers.get("allow")).toMatch(/GET|POST/);
      expect(answer.headers.get("content-type")).toMatch(/problem\+json/);
    },
  );

  it.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    [
      "a head of 32 kB",
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(32_000)}\r\n\r\n`,
      431,
    ],
    [
      "two lengths",
      "POST /auth/google HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
  ])(
    "%s is answered %i with a problem document, and the connection is closed",
    async (_name, bytes, status) => {
      const { port } = new URL(service.url);
      const answer = await new Promise<string>((resolve, reject) => {
        let text = "";
        const socket = connect(Number(port), "127.0.0.1", () =>
          socket.write(bytes),
        );
        socket.on("data", (chunk) => (text += chunk.toString()));
        socket.on("close", () => resolve(text));
        socket.on("error", reject);
      });
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain("application/problem+json");
      expect(answer).not.toContain("node_modules");
    },
  );

  it("finishes the requests in flight on SIGTERM, and exits", async () => {
    await using slow = await GoogleEmulator.start();
    slow.setFault("/oauth2/v1/certs", { latencyMs: 500 });
    const stopping = await TestService.start(slow);
    const socket = connect(Number(new URL(stopping.url).port), "127.0.0.1");
    try {
      const body = JSON.stringify({ idToken: await slow.idToken() });
      socket.write(
        `POST /auth/google HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      while (slow.requestCount("/oauth2/v1/certs") === 0) {
        await new Promise(setImmediate);
      }
      let answer = "";
      socket.on("data", (chunk) => (answer += String(chunk)));
      const startedAt = Date.now();
      await stopping.stop();
      expect(Date.now() - startedAt).toBeLessThan(10_000);
      expect(answer).toContain("HTTP/1.1 200");
    } finally {
      socket.destroy();
    }
  });

  it("serves its API description", async () => {
    const { body } = await getWithToken(service, "/docs-json");
    expect(Object.keys(body.paths as object)).toEqual(
      expect.arrayContaining(["/auth/google", "/tokensignin", "/users/me"]),
    );
    const page = await service.fetch("/docs");
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("swagger-ui");
  });

  it.each([
    [{ range: "bytes=99999999-" }, 400, "invalid_request"],
    [{ "if-match": '"x"' }, 400, "invalid_request"],
  ])(
    "with %j in the request for a page, answers %i %s",
    async (headers, status, code) => {
      const page = await service.fetch("/docs/swagger-ui.css", { headers });
      const { body } = await answerOf(page);
      expect([page.status, body.code]).toEqual([status, code]);
    },
  );

  it("serves no API pages without DOCS", async () => {
    const quiet = await TestService.start(google, {
      database: service.database,
      env: { DOCS: "off" },
    });
    try {
      for (const path of ["/docs", "/docs-json", "/docs-yaml"]) {
        expect((await getWithToken(quiet, path)).status).toBe(404);
      }
    } finally {
      await quiet.stop();
    }
  });
});

describe("a database", () => {
  let google: GoogleEmulator;
  let service: TestService;
  let clock: SteppedClock;

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    clock = new SteppedClock();
    service = await TestService.start(google, {
      env: { DATABASE_POOL_SIZE: "2" },
      providers: [{ provide: Clock, useValue: clock }],
    });
    await signIn(service, await google.idToken());
  });

  afterEach(async () => {
    await service.stop();
    await google.stop();
  });

  /** Runs a statement as the server's administrator. */
  async function administer(text: string): Promise<void> {
    const url = new URL(service.database.url);
    const name = url.pathname.slice(1);
    url.pathname = "/postgres";
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await client.query(text.replaceAll("$name", name));
    await client.end();
  }

  it("that refuses connections is a 503 with Retry-After until it accepts them again", async () => {
    await administer("ALTER DATABASE $name ALLOW_CONNECTIONS false");
    await administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name'",
    );
    const answer = await signIn(service, await google.idToken());
    expect([answer.status, answer.body.code]).toEqual([
      503,
      "service_unavailable",
    ]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const ready = await getWithToken(service, "/health/ready");
    expect([ready.status, ready.body.code]).toEqual([
      503,
      "service_unavailable",
    ]);
    expect((await getWithToken(service, "/health/live")).status).toBe(200);
    await administer("ALTER DATABASE $name ALLOW_CONNECTIONS true");
    expect((await signIn(service, await google.idToken())).status).toBe(200);
    // The result of readiness is cached for a second.
    clock.step(1);
    expect((await getWithToken(service, "/health/ready")).status).toBe(200);
  });

  it("whose connections all close at once needs no restart", async () => {
    await administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name'",
    );
    const statuses = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      statuses.push((await signIn(service, await google.idToken())).status);
    }
    expect(statuses.at(-1)).toBe(200);
    for (const status of statuses) expect([200, 503]).toContain(status);
  });

  it("that is read-only is a 503 without a partial user", async () => {
    await administer(
      "ALTER DATABASE $name SET default_transaction_read_only = on",
    );
    await administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name'",
    );
    // Every connection of the pool is closed; each is detected at its next use.
    await rowCounts(service).catch(() => undefined);
    await rowCounts(service).catch(() => undefined);
    const before = await rowCounts(service);
    const answer = await signIn(service, await google.idToken());
    expect([answer.status, answer.body.code]).toEqual([
      503,
      "service_unavailable",
    ]);
    expect(await rowCounts(service)).toEqual(before);
  });

  it("whose pool is exhausted is a 503 after a few seconds", async () => {
    const dataSource = service.app.get(Database).dataSource;
    const held = [
      dataSource.createQueryRunner(),
      dataSource.createQueryRunner(),
    ];
    await Promise.all(held.map((runner) => runner.connect()));
    // This is load: taking the instance out of service would move it to the
    // others.
    expect((await getWithToken(service, "/health/ready")).status).toBe(200);
    const answer = await signIn(service, await google.idToken());
    expect([answer.status, answer.body.code]).toEqual([
      503,
      "service_unavailable",
    ]);
    await Promise.all(held.map((runner) => runner.release()));
    expect((await signIn(service, await google.idToken())).status).toBe(200);
  });
});
