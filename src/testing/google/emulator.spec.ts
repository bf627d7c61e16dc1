import { once } from "node:events";
import { connect } from "node:net";
import { OAuth2Client } from "google-auth-library";
import { emulatorClientIds } from "./emulator.options";
import { GoogleEmulator } from "./emulator";
import { googlePaths } from "./emulator.routes";

type Json = Record<string, unknown>;

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterEach(() => {
  google.skewClock(0);
  google.clearRequests();
});

afterAll(() => google.stop());

async function getJson<T = Json>(path: string): Promise<T> {
  const response = await fetch(google.url + path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

function parts(token: string) {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return {
    header: JSON.parse(Buffer.from(header, "base64url").toString()) as Json,
    payload: JSON.parse(Buffer.from(payload, "base64url").toString()) as Json,
    input: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

function kidOf(token: string): string {
  return String(parts(token).header.kid);
}

/** google-auth-library as a service uses it, pointed at the emulator. */
function client(): OAuth2Client {
  return new OAuth2Client({
    endpoints: {
      oauth2FederatedSignonPemCertsUrl: google.url + googlePaths.certs,
    },
    // Its own fetch is loaded by a dynamic import, which jest does not allow.
    transporterOptions: { fetchImplementation: fetch, retry: false },
  });
}

function verified(idToken: string) {
  const audience = [...google.clientIds];
  return client().verifyIdToken({ idToken, audience });
}

describe("GoogleEmulator tokens", () => {
  describe("when google-auth-library verifies them", () => {
    it("then a token of the current key is accepted", async () => {
      const ticket = await verified(await google.idToken());
      expect(ticket.getPayload()).toMatchObject({ email: "ada@gmail.com" });
    });

    it("then a token of the next key is accepted", async () => {
      const idToken = await google.idToken({ key: "next" });
      await expect(verified(idToken)).resolves.toBeDefined();
    });

    it("then a foreign key's signature is refused", async () => {
      const idToken = await google.idToken({ signWith: "foreign" });
      expect(kidOf(idToken)).toBe(google.keys.current.kid);
      await expect(verified(idToken)).rejects.toThrow(
        "Invalid token signature",
      );
    });

    it("then an expired token is refused", async () => {
      const idToken = await google.idToken({ issuedSecondsAgo: 7200 });
      await expect(verified(idToken)).rejects.toThrow("Token used too late");
    });

    it("then a token for another audience is refused", async () => {
      const idToken = await google.idToken({ audience: "another" });
      await expect(verified(idToken)).rejects.toThrow("Wrong recipient");
    });
  });

  describe("when the clock is skewed", () => {
    it("then token times and the Date header follow, and can be reset", async () => {
      const real = Math.floor(Date.now() / 1000);
      google.skewClock(-86_400);
      const { payload } = parts(await google.idToken());
      expect(Number(payload.iat) - real + 86_400).toBeLessThan(30);
      const { headers } = await fetch(google.url + googlePaths.certs);
      const date = Date.parse(headers.get("date") ?? "") / 1000;
      expect(date - real + 86_400).toBeLessThan(30);
      google.skewClock(0);
      expect(google.now().getTime()).toBeGreaterThanOrEqual(real * 1000);
    });
  });
});

describe("GoogleEmulator endpoints", () => {
  describe("when the certs are fetched", () => {
    it.each([googlePaths.certs, googlePaths.jwks])(
      "then %s has Google's headers",
      async (path) => {
        google.setKeyCaching({ maxAgeSeconds: 24_873, ageSeconds: 5_059 });
        const { headers } = await fetch(google.url + path);
        expect(headers.get("content-type")).toBe(
          "application/json; charset=UTF-8",
        );
        expect(headers.get("cache-control")).toBe(
          "public, max-age=24873, must-revalidate, no-transform",
        );
        expect(headers.get("age")).toBe("5059");
        const date = Date.parse(headers.get("date") ?? "");
        const expires = Date.parse(headers.get("expires") ?? "");
        expect(Math.abs((expires - date) / 1000 - 19_814)).toBeLessThan(2);
      },
    );

    it("then invalid caching is refused", () => {
      const before = google.caching;
      expect(() => google.setKeyCaching({ maxAgeSeconds: -1 })).toThrow(
        RangeError,
      );
      expect(google.caching).toEqual(before);
    });
  });

  describe("when discovery is fetched", () => {
    it("then the issuer is Google's and the endpoints are the emulator's", async () => {
      const document = await getJson(googlePaths.discovery);
      expect(document).toMatchObject({
        issuer: "https://accounts.google.com",
        jwks_uri: `${google.url}/oauth2/v3/certs`,
        token_endpoint: `${google.url}/token`,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    });
  });

  describe("when discovery names an endpoint", () => {
    it.each([googlePaths.discovery, googlePaths.riscDiscovery])(
      "then %s is served",
      async (path) => {
        const named = Object.values(await getJson<Json>(path)).filter(
          (value): value is string =>
            typeof value === "string" && value.startsWith(google.url),
        );
        expect(named.length).toBeGreaterThan(1);
        for (const url of named) {
          expect((await fetch(url)).status).not.toBe(404);
        }
      },
    );
  });

  describe("when a path or a method is not served", () => {
    it("then it responds with 404 or 405, and counts the request", async () => {
      const nowhere = await fetch(`${google.url}/nowhere?x=1`);
      expect(nowhere.status).toBe(404);
      const posted = await fetch(google.url + googlePaths.certs, {
        method: "POST",
      });
      expect(posted.status).toBe(405);
      expect(posted.headers.get("allow")).toBe("GET");
      expect(google.requestCount("/nowhere")).toBe(1);
      expect(google.requestCount()).toBe(2);
    });
  });
});

describe("GoogleEmulator requests", () => {
  describe("when requests come in", () => {
    it("then they are counted and stored by path, until cleared", async () => {
      expect(google.requestCount(googlePaths.certs)).toBe(0);
      await fetch(`${google.url}/oauth2/v1/certs?alt=json`, {
        headers: { "x-probe": "1" },
      });
      await fetch(google.url + googlePaths.jwks);
      expect(google.requestCount(googlePaths.certs)).toBe(1);
      const [first] = google.requests;
      expect(first).toMatchObject({ method: "GET", path: "/oauth2/v1/certs" });
      expect(first?.query.get("alt")).toBe("json");
      expect(first?.headers["x-probe"]).toBe("1");
      google.clearRequests();
      expect(google.requests).toEqual([]);
      expect(google.requestCount()).toBe(0);
    });
  });
});

describe("GoogleEmulator life", () => {
  describe("when a service is configured to use it", () => {
    it("then the environment has its clients and endpoints", () => {
      const { web, ios, android } = emulatorClientIds;
      expect(google.environment()).toEqual({
        GOOGLE_CLIENT_IDS: `${web},${ios},${android}`,
        GOOGLE_CLIENT_SECRET: google.clientSecret,
        GOOGLE_CERTS_URL: `${google.url}/oauth2/v1/certs`,
        GOOGLE_TOKEN_URL: `${google.url}/token`,
        GOOGLE_USERINFO_URL: `${google.url}/v1/userinfo`,
        GOOGLE_TOKENINFO_URL: `${google.url}/tokeninfo`,
        GOOGLE_SCRIPT_URL: `${google.url}/gsi/client`,
        GOOGLE_RISC_CONFIG_URL: `${google.url}/v1beta`,
      });
      expect(google.clientSecret).toMatch(/^GOCSPX-[\w-]{28}$/);
      for (const id of [web, ios, android]) {
        expect(id).toMatch(/^\d+-[0-9a-z]{32}\.apps\.googleusercontent\.com$/);
      }
    });
  });

  describe("when the port is in use", () => {
    it("then starting fails and says so", async () => {
      const port = Number(new URL(google.url).port);
      await expect(GoogleEmulator.start({ port })).rejects.toThrow(
        `cannot listen on 127.0.0.1:${port}: the port is in use`,
      );
    });
  });

  describe("when it is started without a client id", () => {
    it("then starting fails and says so", async () => {
      await expect(GoogleEmulator.start({ clientIds: [] })).rejects.toThrow(
        "at least one client id",
      );
    });
  });

  describe("when it is given a public URL", () => {
    it("then it is used for the endpoints", async () => {
      await using other = await GoogleEmulator.start({
        clientIds: ["only"],
        clientSecret: "known",
        publicUrl: "http://google:4000/",
      });
      expect(other.environment()).toMatchObject({
        GOOGLE_CLIENT_IDS: "only",
        GOOGLE_CLIENT_SECRET: "known",
        GOOGLE_CERTS_URL: "http://google:4000/oauth2/v1/certs",
        GOOGLE_TOKEN_URL: "http://google:4000/token",
      });
    });
  });

  describe("when it is stopped", () => {
    it("then hung, slow and silent connections do not delay it", async () => {
      const google = await GoogleEmulator.start();
      google.setFault(googlePaths.certs, { hang: true });
      google.setFault(googlePaths.jwks, { latencyMs: 3_600_000 });
      const silent = connect(Number(new URL(google.url).port), "127.0.0.1");
      await once(silent, "connect");
      const silentClosed = once(silent, "close");
      const waiting = [googlePaths.certs, googlePaths.jwks].map((path) =>
        rawGet(google, path),
      );
      await Promise.all(waiting.map(({ sent }) => sent));
      const before = performance.now();
      await google.stop();
      expect(performance.now() - before).toBeLessThan(1000);
      await Promise.all([silentClosed, ...waiting.map(({ closed }) => closed)]);
    });

    it("then it can be stopped again, and refuses connections", async () => {
      const google = await GoogleEmulator.start();
      await google.stop();
      await google.stop();
      await expect(fetch(google.url + googlePaths.certs)).rejects.toThrow();
    });
  });
});

/**
 * Sends a request; resolves when the emulator has received it, and when it
 * ends.
 */
function rawGet(google: GoogleEmulator, path: string) {
  const socket = connect(Number(new URL(google.url).port), "127.0.0.1");
  socket.on("error", () => {});
  const closed = once(socket, "close");
  const sent = once(socket, "connect").then(async () => {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: google\r\n\r\n`);
    // Polls with other requests until the emulator has received it, without a
    // timer.
    while (google.requestCount(path) === 0) {
      await fetch(google.url + googlePaths.discovery);
    }
  });
  return { sent, closed };
}
