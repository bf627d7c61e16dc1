import { GoogleEmulator } from "../src/testing/google-emulator";
import { TestService } from "../src/testing/test-service";
import { parseAnswer, RawConnection } from "./support/raw-connection";
import { signIn } from "./support/requests";

const post = "POST /auth/google HTTP/1.1\r\nHost: a\r\n";
const form = "Content-Type: application/x-www-form-urlencoded\r\n";

describe("requests that are not what they should be", () => {
  let google: GoogleEmulator;
  let service: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google);
    await signIn(service, await google.idToken());
  });

  afterAll(async () => {
    await service.stop();
    await google.stop();
  });

  const connect = () => RawConnection.to(service.url);

  function expectProblem(text: string, status: number): void {
    const answer = parseAnswer(text);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "content-type": "application/problem+json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("'none'") as string,
      "strict-transport-security": expect.stringContaining("max-") as string,
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      status,
      code: expect.stringMatching(/^[a-z_]+$/) as string,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(answer.body).not.toMatch(/node_modules|\.[jt]s:|HPE_|FST_/);
  }

  it.each([
    ["no HTTP at all", "hello\r\n\r\n", 400],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
    ["HTTP 9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["a method nobody knows", "FLY / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["an address with a blank", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [
      "a header without a name",
      "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
      400,
    ],
    [
      "a header over two lines",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
      400,
    ],
    ["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400],
    ["a length that is none", `${post}Content-Length: 1e3\r\n\r\n`, 400],
    ["a negative length", `${post}Content-Length: -1\r\n\r\n`, 400],
    [
      "two different lengths",
      `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`,
      400,
    ],
    [
      "a length and chunks",
      `${post}${form}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "chunks and a length",
      `${post}${form}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "an encoding after chunks",
      `${post}${form}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "a chunk of no size",
      `${post}${form}Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n`,
      400,
    ],
    [
      "an address of 20 kB",
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      431,
    ],
    [
      "a cookie of 16 kB",
      `GET / HTTP/1.1\r\nHost: a\r\nCookie: a=${"b".repeat(16_384)}\r\n\r\n`,
      431,
    ],
  ])(
    "W-018 %s is refused as a problem, and hung up on",
    async (_what, bytes, status) => {
      const connection = await connect();
      connection.send(bytes);
      await connection.closed;
      expectProblem(connection.received, status);
      expect((await signIn(service, await google.idToken())).status).toBe(200);
    },
  );

  it.each([
    ["GET", "/%", 400],
    ["GET", "/%c0%ae", 400],
    ["GET", "/auth/%E0%A4%A", 400],
    ["POST", "/auth/google%", 400],
    ["GET", "/%2e%2e/%2e%2e/etc/passwd", 404],
    ["GET", "//evil.example/%2f..", 404],
    ["TRACE", "/auth/google", 405],
    ["PROPFIND", "/auth/google", 405],
  ])(
    "W-018 %s %s is a problem with status %i",
    async (method, path, status) => {
      const connection = await connect();
      connection.send(
        `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      );
      await connection.closed;
      expectProblem(connection.received, status);
    },
  );

  it.each([
    ["200 cookies", "a=b; ".repeat(200)],
    ["a malformed cookie", "a=%; %=%E0%A4%A; =; ;;"],
  ])("W-009 %s change nothing", async (_what, cookie) => {
    const answer = await service.fetch("/health/live", { headers: { cookie } });
    expect(answer.status).toBe(200);
  });

  it("G-113 slow heads and bodies are cut after 10 s, and nobody else waits", async () => {
    const heads = await Promise.all(Array.from({ length: 20 }, connect));
    for (const head of heads) {
      head.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
      head.drip("a", 1000);
    }
    const bodies = await Promise.all(Array.from({ length: 20 }, connect));
    for (const body of bodies) {
      body.send(`${post}${form}Content-Length: 1000\r\n\r\n`);
      body.drip("a", 1000);
    }
    const silent = await connect();
    const answer = await signIn(service, await google.idToken());
    expect(answer.status).toBe(200);

    const slow = [...heads, ...bodies, silent];
    for (const connection of slow) {
      const milliseconds = await connection.closed;
      expect(milliseconds).toBeGreaterThan(9_000);
      expect(milliseconds).toBeLessThan(13_000);
    }
    for (const connection of [...heads, ...bodies]) {
      expectProblem(connection.received, 408);
    }
  });

  it("G-113 a body that is refused at once is not answered a second time", async () => {
    const connection = await connect();
    connection.send(
      `${post}Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`,
    );
    connection.drip("a", 1000);
    await connection.closed;
    expect(connection.received.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expectProblem(connection.received, 415);
  });
});
