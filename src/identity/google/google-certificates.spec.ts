import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { newSigningKey } from "../../testing/google/signing-key";
import { fetchCertificates } from "./google-certificates";

const json = { "content-type": "application/json; charset=UTF-8" };

/** The next responses, and the paths of all requests in order. */
let answer: RequestListener;
let paths: (string | undefined)[];
let server: Server;
let url: string;
let pem: string;

/** Answers every request with this. */
function answerWith(
  body: string,
  headers: Readonly<Record<string, string>> = json,
  status = 200,
): void {
  answer = (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

beforeAll(async () => {
  pem = (await newSigningKey()).certificatePem;
  server = createServer((request, response) => {
    paths.push(request.url);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
});

beforeEach(() => {
  paths = [];
  answerWith(JSON.stringify({ k1: pem }));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe("fetchCertificates", () => {
  describe("when Google responds as expected", () => {
    it("returns every certificate under its key id, from one request", async () => {
      answerWith(JSON.stringify({ k1: pem, k2: pem }));
      const { certificates } = await fetchCertificates(url);
      expect([...certificates]).toEqual([
        ["k1", pem],
        ["k2", pem],
      ]);
      expect(paths).toEqual(["/certs"]);
    });

    it("accepts another content type", async () => {
      answerWith(JSON.stringify({ k1: pem }), { "content-type": "text/plain" });
      const { certificates } = await fetchCertificates(url);
      expect(certificates.size).toBe(1);
    });

    it("treats the key id __proto__ like any other", async () => {
      answerWith(`{"__proto__":${JSON.stringify(pem)}}`);
      const { certificates } = await fetchCertificates(url);
      expect([...certificates.keys()]).toEqual(["__proto__"]);
    });
  });

  describe("when the response has a lifetime", () => {
    it.each([
      ["public, max-age=21155, must-revalidate, no-transform", "0", 21155],
      ["public, max-age=24873, must-revalidate", "5059", 19814],
      ["public,max-age=600", undefined, 600],
      ["Public, Max-Age=600", undefined, 600],
      ["max-age=600", "600", 0],
      ["max-age=600", "9999999", 0],
      ["max-age=600", "soon", 600],
      ["max-age=0", undefined, 0],
      ["max-age=999999999", undefined, 86400],
      ["max-age=99999999999999999999", undefined, 86400],
    ])(
      "reads %j with Age %j as %i seconds",
      async (cacheControl, age, kept) => {
        answerWith(JSON.stringify({ k1: pem }), {
          ...json,
          "cache-control": cacheControl,
          ...(age !== undefined && { age }),
        });
        const { maxAgeSeconds } = await fetchCertificates(url);
        expect(maxAgeSeconds).toBe(kept);
      },
    );

    it.each([
      "no-store",
      "s-maxage=600",
      "max-age",
      "max-age=soon",
      "max-age=-1",
    ])("finds no lifetime in %j", async (cacheControl) => {
      answerWith(JSON.stringify({ k1: pem }), {
        ...json,
        "cache-control": cacheControl,
      });
      const { maxAgeSeconds } = await fetchCertificates(url);
      expect(maxAgeSeconds).toBeUndefined();
    });

    it("finds no lifetime without the header", async () => {
      const { maxAgeSeconds } = await fetchCertificates(url);
      expect(maxAgeSeconds).toBeUndefined();
    });
  });

  describe("when the status is not a success", () => {
    it.each([304, 400, 404, 429, 500, 503])("refuses %i", async (status) => {
      answerWith(JSON.stringify({ k1: pem }), json, status);
      await expect(fetchCertificates(url)).rejects.toThrow(`status ${status}`);
    });
  });

  describe("when the answer redirects", () => {
    it.each([301, 302, 303, 307, 308])(
      "does not follow a %i",
      async (status) => {
        answer = (request, response) => {
          const first = request.url === "/certs";
          response.writeHead(first ? status : 200, { location: "/elsewhere" });
          response.end(JSON.stringify({ k1: pem }));
        };
        await expect(fetchCertificates(url)).rejects.toThrow("fetch failed");
        expect(paths).toEqual(["/certs"]);
      },
    );
  });

  describe("when the body is not a map of certificates", () => {
    it.each([
      ["nothing", ""],
      ["HTML", "<!DOCTYPE html><html><body>Sorry</body></html>"],
      ["truncated JSON", '{"k1":"-----BEGIN CERTIFICATE-----'],
      ["a trailing byte", "{}x"],
    ])("refuses %s as invalid JSON", async (_what, body) => {
      answerWith(body);
      await expect(fetchCertificates(url)).rejects.toThrow("is not JSON");
    });

    const begin = "-----BEGIN CERTIFICATE-----";
    it.each<[string, unknown]>([
      ["an empty map", {}],
      ["null", null],
      ["a string", begin],
      ["a number", 1],
      ["a list", [begin]],
      ["a JWKS", { keys: [{ kty: "RSA", kid: "k1", n: "AQ", e: "AQAB" }] }],
      ["an error", { error: { code: 500, message: "Internal error" } }],
      ["an empty key id", { "": begin }],
      ["a value that is not a string", { k1: [begin] }],
      ["a value that is not PEM", { k1: "garbage" }],
      ["a bare public key", { k1: "-----BEGIN PUBLIC KEY-----\n" }],
      [
        "one invalid value among valid ones",
        { k1: begin, k2: begin, k3: null },
      ],
      [
        "21 certificates",
        Object.fromEntries(Array.from({ length: 21 }, (_, i) => [i, begin])),
      ],
    ])("refuses %s", async (_what, value) => {
      answerWith(JSON.stringify(value));
      await expect(fetchCertificates(url)).rejects.toThrow(
        "is not a map of certificates",
      );
    });
  });

  describe("when the response is large", () => {
    it("reads at most 64 KiB", async () => {
      const largest = JSON.stringify({ k1: pem }).padEnd(64 * 1024);
      answerWith(largest);
      const { certificates } = await fetchCertificates(url);
      expect(certificates.size).toBe(1);
      answerWith(`${largest} `);
      await expect(fetchCertificates(url)).rejects.toThrow("exceeds");
    });

    it("closes the connection of a response that does not end", async () => {
      const hungUp = new Promise<void>((resolve) => {
        answer = (_request, response) => {
          const more = () => {
            while (response.write(" ".repeat(16 * 1024)));
          };
          response
            .writeHead(200, json)
            .on("drain", more)
            .once("close", resolve);
          more();
        };
      });
      await expect(fetchCertificates(url)).rejects.toThrow("exceeds");
      await hungUp;
    });
  });

  describe("when the connection fails", () => {
    it("reports a reset", async () => {
      answer = (request) => request.socket.destroy();
      await expect(fetchCertificates(url)).rejects.toThrow("fetch failed");
    });

    it("reports a truncated response", async () => {
      answer = (request, response) => {
        response.writeHead(200, { ...json, "content-length": "100000" });
        response.write('{"k1":', () => request.socket.destroy());
      };
      await expect(fetchCertificates(url)).rejects.toThrow("terminated");
    });

    it("reports a refused connection", async () => {
      const nobody = createServer().listen(0, "127.0.0.1");
      await once(nobody, "listening");
      const { port } = nobody.address() as AddressInfo;
      nobody.close();
      await once(nobody, "close");
      await expect(
        fetchCertificates(`http://127.0.0.1:${port}/certs`),
      ).rejects.toThrow("fetch failed");
    });

    // The only test that waits in real time: the limit is Node's timer.
    it("gives up after 4 seconds, even during a body", async () => {
      answer = (request, response) => {
        if (request.url === "/body") response.writeHead(200, json).write("{");
      };
      const started = performance.now();
      const outcomes = await Promise.allSettled([
        fetchCertificates(url),
        fetchCertificates(url.replace("/certs", "/body")),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({
          status: "rejected",
          reason: { name: "TimeoutError" },
        });
      }
      expect(performance.now() - started).toBeGreaterThan(3900);
    }, 15_000);
  });
});
