import { googleAccounts } from "./accounts";
import { GoogleEmulator } from "./emulator";

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${google.url}/emulator/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { status: response.status, json };
}

function decode(idToken: unknown, part: 0 | 1): Record<string, unknown> {
  const text = String(idToken).split(".")[part] ?? "";
  return JSON.parse(Buffer.from(text, "base64url").toString()) as Record<
    string,
    unknown
  >;
}

describe("POST /emulator/id-token", () => {
  describe("when the options are valid", () => {
    it("then an empty body mints the default token", async () => {
      const { status, json } = await call("POST", "id-token");
      expect(status).toBe(200);
      expect(decode(json.idToken, 1).email).toBe("ada@gmail.com");
    });

    it("then the options shape the token", async () => {
      const { json } = await call("POST", "id-token", {
        account: "workspace",
        nonce: "n-1",
        claims: { aud: null },
        withoutClaims: ["hd"],
        withoutHeader: ["typ"],
        key: "next",
        signWith: "foreign",
      });
      const payload = decode(json.idToken, 1);
      expect(payload).toMatchObject({ aud: null, nonce: "n-1" });
      expect(payload).not.toHaveProperty("hd");
      expect(decode(json.idToken, 0)).toEqual({
        alg: "RS256",
        kid: google.keys.next.kid,
      });
    });

    it("then an account may be given with all fields", async () => {
      const account = { sub: "1", email: "x@y.example", emailVerified: false };
      const { json } = await call("POST", "id-token", { account });
      expect(decode(json.idToken, 1)).toMatchObject({
        sub: "1",
        email: "x@y.example",
        email_verified: false,
      });
    });
  });

  describe("when the options are invalid", () => {
    it.each([
      [{ acount: "consumer" }, 'no field "acount"'],
      [{ account: "nobody" }, "Unknown account"],
      [{ account: {} }, 'An account needs a "sub"'],
      [{ account: 1 }, "must be: string or object"],
      [{ key: "third" }, "must be one of current, next, previous"],
      [{ key: "previous" }, "no previous key"],
      [{ alg: "ES256" }, "must be one of RS256"],
      [{ alg: "HS256" }, "needs a secret"],
      [{ withoutClaims: [1] }, "must be: strings"],
      [[], "must be a JSON object"],
    ])("then %j gets 400", async (order, message) => {
      const { status, json } = await call("POST", "id-token", order);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        error: {
          code: 400,
          message: expect.stringContaining(message) as string,
        },
      });
    });

    it("then other content types and invalid JSON are refused", async () => {
      const url = `${google.url}/emulator/id-token`;
      const plain = await fetch(url, { method: "POST", body: "{}" });
      expect(plain.status).toBe(400);
      const broken = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{",
      });
      expect(broken.status).toBe(400);
    });

    it("then a body of more than a megabyte gets 413", async () => {
      const order = { nonce: "n".repeat(1_100_000) };
      expect((await call("POST", "id-token", order)).status).toBe(413);
    });
  });
});

describe("/emulator/faults", () => {
  describe("when a fault is posted and deleted", () => {
    it("then the endpoint fails and recovers", async () => {
      const certs = "/oauth2/v1/certs";
      const fault = { path: certs, status: 503, cacheControl: null };
      expect((await call("POST", "faults", fault)).status).toBe(200);
      expect((await fetch(google.url + certs)).status).toBe(503);
      expect((await call("DELETE", "faults")).status).toBe(200);
      expect((await fetch(google.url + certs)).status).toBe(200);
    });
  });

  describe("when a fault is invalid", () => {
    it.each([
      [{ status: 500 }],
      [{ path: "/nowhere", status: 500 }],
      [{ path: "/oauth2/v1/certs", status: "500" }],
    ])("then %j gets 400", async (fault) => {
      expect((await call("POST", "faults", fault)).status).toBe(400);
    });
  });
});

describe("POST /emulator/keys/rotate", () => {
  describe("when it is called", () => {
    it("then the next key signs, and the ids are returned", async () => {
      const { next } = google.keys;
      const { json } = await call("POST", "keys/rotate");
      expect(json).toMatchObject({ current: next.kid });
      expect(json.published).toHaveLength(3);
    });

    it("then it accepts the options of a rotation", async () => {
      const { next } = google.keys;
      const { json } = await call("POST", "keys/rotate", {
        unannounced: true,
        dropPrevious: true,
      });
      expect(json).toMatchObject({ next: next.kid });
      expect(json.published).toEqual([google.keys.current.kid, next.kid]);
    });
  });
});

describe("GET /emulator/accounts", () => {
  describe("when it is called", () => {
    it("then the predefined accounts are listed by name", async () => {
      const { json } = await call("GET", "accounts");
      expect(json).toEqual(googleAccounts);
    });
  });
});

describe("/emulator/requests", () => {
  describe("when Google's endpoints have been called", () => {
    it("then their requests are listed until deleted, without those to the control API", async () => {
      await call("DELETE", "requests");
      await fetch(`${google.url}/oauth2/v3/certs?alt=json`);
      const { json } = await call("GET", "requests");
      expect(json).toMatchObject({
        counts: { "/oauth2/v3/certs": 1 },
        requests: [{ method: "GET", query: "alt=json" }],
      });
      await call("DELETE", "requests");
      expect((await call("GET", "requests")).json).toEqual({
        counts: {},
        requests: [],
      });
    });
  });
});
