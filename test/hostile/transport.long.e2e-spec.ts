import { once } from "node:events";
import type { Socket } from "node:net";
import {
  connectTo,
  received,
  replyIn,
  requestText,
} from "../support/raw-connection";
import { postJson } from "../support/requests";
import { query } from "../support/rows";
import { addressCases, methodCases } from "./addresses.table";
import { admittedTitle, expectAdmitted } from "./admitted-case";
import { framingCases } from "./framings.table";
import { goodConnectionCases } from "./good-connections.table";
import { brokenHeadCases, largeHeadCases } from "./heads.table";
import { caseTitle } from "./hostile-case";
import { expectRefused } from "./invariants";
import { slowClients } from "./slow-clients";
import { Target } from "./target";

/**
 * The time limit for a slow request, in milliseconds: 10 s and the interval of
 * the check.
 */
const slowMilliseconds = 13_000;

describe("a hostile connection", () => {
  let target: Target;
  let slow: Map<string, Promise<string>>;

  beforeAll(async () => {
    target = await Target.start();
    // They stay open while the tests below run.
    slow = new Map(
      slowClients.map(([name, begin]) => {
        const socket = connectTo(target.service);
        begin(socket);
        const text = received(socket, slowMilliseconds);
        // Asserted in a later test.
        text.catch(() => undefined);
        return [name, text];
      }),
    );
  });

  afterAll(() => target.stop());

  const tables = [
    ["is framed in more than one way", framingCases],
    ["has an invalid head", brokenHeadCases],
    ["has too large a head", largeHeadCases],
    ["has another path", addressCases],
    ["has another method", methodCases],
  ] as const;

  describe.each(tables)("when the request %s", (_when, cases) => {
    it.each(cases)(caseTitle, (given) => expectRefused(target, given));
  });

  describe("when the request is unusual but valid", () => {
    it.each(goodConnectionCases)(admittedTitle, (given) =>
      expectAdmitted(target, given),
    );
  });

  it.each(["/auth/google", "/tokensignin", "/users/me"])(
    "G-114 HEAD %s is answered without a body and creates no session",
    async (path) => {
      const before = await query(
        target.service,
        "SELECT id FROM google_auth.sessions",
      );
      const response = await target.service.fetch(path, { method: "HEAD" });
      expect([401, 405]).toContain(response.status);
      expect(await response.text()).toBe("");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(
        await query(target.service, "SELECT id FROM google_auth.sessions"),
      ).toEqual(before);
    },
  );

  it("G-114 TRACE does not echo the request", async () => {
    const socket = connectTo(target.service);
    socket.write(
      requestText({ method: "TRACE", headers: { Cookie: "secret=sauce" } }),
    );
    const reply = replyIn(await received(socket, 5000));
    expect(reply.status).toBe(405);
    expect(reply.text).not.toContain("sauce");
  });

  it.each(["evil.example:443", "/auth/google", "127.0.0.1:5432"])(
    "G-114 CONNECT %s is closed without a connection",
    async (authority) => {
      const socket = connectTo(target.service);
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: a\r\n\r\nhello`);
      expect(await received(socket, 5000)).toBe("");
      expect(await target.knownUserEnters()).toBe(true);
    },
  );

  it("W-018 two pipelined requests get two responses in order", async () => {
    const { google, known, service } = target;
    const idToken = await google.idToken({ account: known });
    const socket = connectTo(service);
    socket.write(
      requestText({
        headers: { Connection: "keep-alive" },
        body: JSON.stringify({ idToken: "garbage" }),
      }) + requestText({ body: JSON.stringify({ idToken }) }),
    );
    const text = await received(socket, 5000);
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual([
      "HTTP/1.1 401",
      "HTTP/1.1 200",
    ]);
  });

  it.each([
    [
      "in chunks",
      { "Content-Length": undefined, "Transfer-Encoding": "chunked" },
    ],
    ["of a length of 9 PB", { "Content-Length": String(2 ** 53 - 1) }],
  ])(
    "G-110 an endless body %s is 413 and closed after little of it was read",
    async (_how, headers) => {
      const socket = connectTo(target.service);
      const text = received(socket, 5000);
      socket.write(requestText({ headers }));
      await pourInto(socket);
      expect(replyIn(await text).status).toBe(413);
      expect(socket.bytesWritten).toBeLessThan(16 * 1024 * 1024);
      expect(await target.knownUserEnters()).toBe(true);
    },
  );

  it("W-018 the user agent is truncated to 512 characters", async () => {
    const { google, known, service } = target;
    const idToken = await google.idToken({ account: known });
    const socket = connectTo(service);
    const body = JSON.stringify({ idToken });
    const headers = { "User-Agent": `a\tb${"x".repeat(5000)}` };
    socket.write(requestText({ headers, body }));
    const reply = replyIn(await received(socket, 5000));
    const { sessionId } = JSON.parse(reply.text) as { sessionId: string };
    expect(
      await query(
        service,
        "SELECT user_agent FROM google_auth.sessions WHERE id = $1",
        [sessionId],
      ),
    ).toEqual([{ user_agent: `ab${"x".repeat(509)}` }]);
  });

  it("G-113 two hundred clients that never finish do not block others", async () => {
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connectTo(target.service);
      socket.on("error", () => undefined);
      socket.write("POST /auth/google HTTP/1.1\r\nHost: a\r\nX: ");
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const startedAt = performance.now();
    expect(await target.knownUserEnters()).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    for (const socket of sockets) socket.destroy();
  });

  it.each(slowClients)(
    "G-113 a client that %s is closed after 10 s",
    async (name) => {
      const text = (await slow.get(name)) ?? "";
      const reply = replyIn(text);
      expect(reply.status).toBe(408);
      expect(JSON.parse(reply.text)).toMatchObject({ code: "invalid_request" });
    },
  );

  it("G-113 afterwards, health and sign-in work", async () => {
    const { google, known, service } = target;
    const idToken = await google.idToken({ account: known });
    const { status } = await postJson(service, "/tokensignin", { idToken });
    expect(status).toBe(200);
    expect((await service.fetch("/health/ready")).status).toBe(200);
  });
});

/** Writes until the other side closes, no faster than it reads. */
async function pourInto(socket: Socket): Promise<void> {
  const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
  while (!socket.destroyed && socket.bytesWritten < 64 * 1024 * 1024) {
    if (!socket.write(chunk)) {
      const next = [once(socket, "drain"), once(socket, "close")];
      // A close by the other side may also appear as an error.
      await Promise.race(next).catch(() => undefined);
    }
  }
}
