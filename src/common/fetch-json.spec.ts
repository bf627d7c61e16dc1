import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fetchJson } from "./fetch-json";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("fetchJson", () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const ask = (timeoutMilliseconds = 300) =>
    fetchJson(url, { name: "The answer", timeoutMilliseconds, maxBytes: 100 });

  /**
   * Sends a byte at intervals and never ends. @returns when the client has
   * disconnected
   */
  function drip(): Promise<void> {
    return new Promise((gone) => {
      answer = (_request, response) => {
        response.writeHead(200);
        response.flushHeaders();
        const timer = setInterval(() => response.write(" "), 20);
        response.on("close", () => {
          clearInterval(timer);
          gone();
        });
      };
    });
  }

  it("returns the value and how long it may be cached", async () => {
    answer = (_request, response) => {
      response.setHeader("cache-control", "public, max-age=300");
      response.setHeader("age", "100");
      response.end('{"a":1}');
    };
    expect(await ask()).toEqual({
      ...{ status: 200, value: { a: 1 } },
      maxAgeSeconds: 200,
    });
  });

  it("times out without a response", async () => {
    answer = () => undefined;
    await expect(ask()).rejects.toThrow("The answer took too long: timeout");
  });

  it("times out when the body does not end, and closes the connection", async () => {
    const gone = drip();
    await expect(ask()).rejects.toThrow("The answer took too long: timeout");
    await gone;
  });

  it("times out even after a garbage collection during a slow body", async () => {
    const gone = drip();
    const collecting = setInterval(collectGarbage, 20);
    try {
      await expect(ask()).rejects.toThrow("The answer took too long: timeout");
      await gone;
    } finally {
      clearInterval(collecting);
    }
  });

  it.each([
    ["too large", 200, "x".repeat(101), "The answer exceeds 100 bytes"],
    ["not JSON", 200, "secret", "The answer is not JSON"],
    ["an error", 500, "secret", "The answer has status 500"],
  ])("when it is %s, throws without quoting it", async (...its) => {
    const [, status, body, message] = its;
    answer = (_request, response) => {
      response.writeHead(status).end(body);
    };
    await expect(ask()).rejects.toThrow(new Error(message));
  });

  it("does not follow redirects", async () => {
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.writeHead(302, { location: "/" }).end("{}");
    };
    await expect(ask()).rejects.toThrow("fetch failed");
    expect(asked).toBe(1);
  });
});
