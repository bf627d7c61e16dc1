import {
  connectTo,
  drip,
  exchange,
  received,
  type Reply,
  replyIn,
} from "./support/raw-connection";
import { signIn } from "./support/requests";
import { useService } from "./support/use-service";

const post = "POST /auth/google HTTP/1.1\r\nHost: a\r\n";
const form = "Content-Type: application/x-www-form-urlencoded\r\n";

describe("malformed requests", () => {
  const site = useService();

  beforeAll(async () => {
    await signIn(site.service, await site.google.idToken());
  });

  function expectProblem(reply: Reply, status: number): void {
    expect(reply.status).toBe(status);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      "content-type": "application/problem+json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("'none'") as string,
      "strict-transport-security": expect.stringContaining("max-") as string,
    });
    expect(JSON.parse(reply.text)).toMatchObject({
      status,
      code: expect.stringMatching(/^[a-z_]+$/) as string,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(reply.text).not.toMatch(/node_modules|\.[jt]s:|HPE_|FST_/);
  }

  it.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
    ["HTTP 9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["an unknown method", "FLY / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a target with a space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [
      "a header without a name",
      "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
      400,
    ],
    ["a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400],
    ["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400],
    ["a malformed length", `${post}Content-Length: 1e3\r\n\r\n`, 400],
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
      "a malformed chunk size",
      `${post}${form}Transfer-Encoding: chunked\r\n\r\nzz\r\na\r\n`,
      400,
    ],
    [
      "a target of 20 kB",
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      431,
    ],
    [
      "a cookie of 16 kB",
      `GET / HTTP/1.1\r\nHost: a\r\nCookie: a=${"b".repeat(16_384)}\r\n\r\n`,
      431,
    ],
  ])(
    "W-018 %s is answered with a problem document, and the connection is closed",
    async (_what, bytes, status) => {
      expectProblem(await exchange(site.service, bytes), status);
      expect(
        (await signIn(site.service, await site.google.idToken())).status,
      ).toBe(200);
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
      const head = `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close`;
      expectProblem(await exchange(site.service, `${head}\r\n\r\n`), status);
    },
  );

  it.each([
    ["200 cookies", "a=b; ".repeat(200)],
    ["a malformed cookie", "a=%; %=%E0%A4%A; =; ;;"],
  ])("W-009 %s change nothing", async (_what, cookie) => {
    const answer = await site.service.fetch("/health/live", {
      headers: { cookie },
    });
    expect(answer.status).toBe(200);
  });

  it("G-113 slow heads and bodies are closed after 10 s without delaying others", async () => {
    const begun = (text: string) => {
      const socket = connectTo(site.service);
      const startedAt = performance.now();
      if (text !== "") {
        socket.write(text);
        drip(socket, "a", 1000);
      }
      return received(socket, 13_000).then((answer) => ({
        answer,
        milliseconds: performance.now() - startedAt,
      }));
    };
    const twenty = (text: string) =>
      Array.from({ length: 20 }, () => begun(text));
    const slow = [
      ...twenty("GET / HTTP/1.1\r\nHost: a\r\nX: "),
      ...twenty(`${post}${form}Content-Length: 1000\r\n\r\n`),
    ];
    const silent = begun("");
    const answer = await signIn(site.service, await site.google.idToken());
    expect(answer.status).toBe(200);

    for (const { answer, milliseconds } of await Promise.all(slow)) {
      expect(milliseconds).toBeGreaterThan(9_000);
      expectProblem(replyIn(answer), 408);
    }
    expect((await silent).milliseconds).toBeGreaterThan(9_000);
  });

  it("G-113 a request that is refused before its body arrives gets one response", async () => {
    const socket = connectTo(site.service);
    socket.write(
      `${post}Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`,
    );
    drip(socket, "a", 1000);
    expectProblem(replyIn(await received(socket, 13_000)), 415);
  });
});
