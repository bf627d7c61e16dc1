import { GoogleEmulator } from "./emulator";
import { googlePaths } from "./emulator.routes";
import { checkFault } from "./faults";

const CERTS = "/oauth2/v1/certs";

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterEach(() => google.clearFaults());

afterAll(() => google.stop());

function fetchCerts(init?: RequestInit): Promise<Response> {
  return fetch(google.url + CERTS, init);
}

describe("an endpoint's fault", () => {
  describe("when it is an error status", () => {
    it.each([404, 429, 500, 503])("then %d is returned", async (status) => {
      google.setFault(CERTS, { status });
      const response = await fetchCerts();
      expect(response.status).toBe(status);
      expect(response.headers.get("cache-control")).toBeNull();
      expect(await response.json()).toMatchObject({ error: { code: status } });
    });
  });

  describe("when it is an invalid body", () => {
    it("then html is a cacheable page", async () => {
      google.setFault(CERTS, { html: true });
      const response = await fetchCerts();
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/html");
      expect(response.headers.get("cache-control")).toContain("max-age=21155");
      expect(await response.text()).toContain("<!DOCTYPE html>");
    });

    it("then html can be combined with a status", async () => {
      google.setFault(CERTS, { html: true, status: 502 });
      const response = await fetchCerts();
      expect(response.status).toBe(502);
      expect(await response.text()).toContain("<!DOCTYPE html>");
    });

    it("then empty is an empty object", async () => {
      google.setFault(CERTS, { empty: true });
      expect(await (await fetchCerts()).json()).toEqual({});
    });

    it("then truncated is the beginning of the real response", async () => {
      const whole = await (await fetchCerts()).text();
      google.setFault(CERTS, { truncated: true });
      const text = await (await fetchCerts()).text();
      expect(text.length).toBeLessThan(whole.length);
      expect(whole.startsWith(text)).toBe(true);
      expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    });

    it("then body is any text", async () => {
      google.setFault(CERTS, { body: '{"kid":"no certificate"}' });
      const certs: unknown = await (await fetchCerts()).json();
      expect(certs).toEqual({ kid: "no certificate" });
    });
  });

  describe("when it is a redirect", () => {
    it("then the client is redirected", async () => {
      google.setFault(CERTS, { redirectTo: "/oauth2/v3/certs" });
      const response = await fetchCerts({ redirect: "manual" });
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toBe("/oauth2/v3/certs");
      const followed = await fetchCerts();
      expect(await followed.json()).toHaveProperty("keys");
    });
  });

  describe("when it is about headers", () => {
    it("then cacheControl is the only caching header", async () => {
      google.setFault(CERTS, { cacheControl: "max-age=2" });
      const { headers } = await fetchCerts();
      expect(headers.get("cache-control")).toBe("max-age=2");
      expect(headers.get("age")).toBeNull();
      expect(headers.get("expires")).toBeNull();
    });

    it("then null removes them, and the keys remain valid", async () => {
      google.setFault(CERTS, { cacheControl: null, contentType: null });
      const response = await fetchCerts();
      expect(response.headers.get("cache-control")).toBeNull();
      expect(response.headers.get("expires")).toBeNull();
      expect(response.headers.get("content-type")).toBeNull();
      expect(await response.json()).toEqual(google.keys.certificates());
    });

    it("then contentType replaces the real one", async () => {
      google.setFault(CERTS, { contentType: "text/plain" });
      const { headers } = await fetchCerts();
      expect(headers.get("content-type")).toBe("text/plain");
    });
  });

  describe("when it is a connection fault", () => {
    it("then reset closes it without a response", async () => {
      google.setFault(CERTS, { reset: true });
      const error: unknown = await fetchCerts().catch((e: unknown) => e);
      expect(error).toHaveProperty("cause.code", "ECONNRESET");
    });

    it("then hang never responds before the client times out", async () => {
      google.setFault(CERTS, { hang: true });
      const before = google.requestCount(CERTS);
      const signal = AbortSignal.timeout(100);
      await expect(fetchCerts({ signal })).rejects.toHaveProperty(
        "name",
        "TimeoutError",
      );
      expect(google.requestCount(CERTS)).toBe(before + 1);
    });

    it("then latency delays a valid response", async () => {
      google.setFault(CERTS, { latencyMs: 60 });
      const before = performance.now();
      const response = await fetchCerts();
      // A timer may fire within the millisecond before its time.
      expect(performance.now() - before).toBeGreaterThanOrEqual(59);
      expect(await response.json()).toEqual(google.keys.certificates());
    });
  });

  describe("when it is a slow drip", () => {
    it("then the real response is sent at the given rate", async () => {
      google.setFault(CERTS, { body: '{"a":1}', dripMs: 10 });
      const before = performance.now();
      const response = await fetchCerts();
      expect(response.headers.get("content-length")).toBe("7");
      expect(await response.text()).toBe('{"a":1}');
      // A timer may fire within the millisecond before its time.
      expect(performance.now() - before).toBeGreaterThanOrEqual(6 * 9);
    });

    it("then other faults of the response are dripped too", async () => {
      google.setFault(CERTS, { status: 500, dripMs: 0 });
      const response = await fetchCerts();
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ error: { code: 500 } });
    });
  });

  describe("when it is an oversized response", () => {
    it("then exactly this many bytes are sent, without Content-Length", async () => {
      google.setFault(CERTS, { oversized: 1_000_001 });
      const response = await fetchCerts();
      expect(response.status).toBe(200);
      expect(response.headers.get("content-length")).toBeNull();
      expect((await response.arrayBuffer()).byteLength).toBe(1_000_001);
    });
  });

  describe("when it is set on any of Google's endpoints", () => {
    it.each(Object.values(googlePaths))(
      "then %s has the fault",
      async (path) => {
        google.setFault(path, { status: 503 });
        for (const method of ["GET", "POST"]) {
          const response = await fetch(google.url + path, { method });
          expect(response.status).toBe(503);
        }
        google.clearFaults();
        const mended = await fetch(google.url + path);
        expect([404, 503]).not.toContain(mended.status);
      },
    );
  });

  describe("when it has a number of times", () => {
    it("then it applies this often and the endpoint recovers", async () => {
      google.setFault(CERTS, { status: 500, times: 2 });
      const statuses = [];
      for (let request = 0; request < 3; request += 1) {
        statuses.push((await fetchCerts()).status);
      }
      expect(statuses).toEqual([500, 500, 200]);
    });
  });

  describe("when faults are cleared", () => {
    it("then one path recovers, or all of them", async () => {
      google.setFault(CERTS, { status: 500 });
      google.setFault("/oauth2/v3/certs", { status: 500 });
      google.clearFaults(CERTS);
      expect((await fetchCerts()).status).toBe(200);
      const jwks = () => fetch(`${google.url}/oauth2/v3/certs`);
      expect((await jwks()).status).toBe(500);
      google.clearFaults();
      expect((await jwks()).status).toBe(200);
    });
  });

  describe("when it is invalid", () => {
    it.each([
      [{ status: 99 }, '"status" of the fault must be an integer'],
      [{ latencyMs: 2 ** 31 }, '"latencyMs" of the fault must be'],
      [{ dripMs: -1 }, '"dripMs" of the fault must be an integer'],
      [{ dripMs: 1, oversized: 1 }, "cannot be both dripMs and oversized"],
      [{ oversized: 0 }, '"oversized" of the fault must be an integer'],
      [{ times: 1.5 }, '"times" of the fault must be an integer'],
      [{ hang: true, reset: true }, "cannot be both hang and reset"],
      [{ stauts: 500 }, 'no field "stauts"'],
      [{ html: "yes" }, '"html" of the fault must be: boolean'],
      [[], "must be a JSON object"],
    ])("then %j is refused, naming the field", (fault, message) => {
      expect(() => checkFault(fault)).toThrow(message);
    });

    it("then a path that is not served is refused", () => {
      const spoil = (path: string) => () =>
        google.setFault(path, { status: 500 });
      expect(spoil("/oauth2/v1/cert")).toThrow("No endpoint at");
      expect(spoil("/emulator/faults")).toThrow("No endpoint at");
    });
  });
});
