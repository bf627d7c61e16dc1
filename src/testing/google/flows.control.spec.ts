import { emulatorClientIds } from "./emulator.options";
import { GoogleEmulator } from "./emulator";
import { RecordedReceiver } from "../../../test/support/emulator-receiver";

type Json = Record<string, unknown>;

let google: GoogleEmulator;
let receiver: RecordedReceiver;

beforeAll(async () => {
  [google, receiver] = await Promise.all([
    GoogleEmulator.start({ transmitter: { retryDelaysMs: [0] } }),
    RecordedReceiver.start(),
  ]);
});

beforeEach(() => receiver.clear());

afterAll(() => Promise.all([google.stop(), receiver.stop()]));

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${google.url}/emulator/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const json = (await response.json()) as Json;
  return { status: response.status, json };
}

describe("POST /emulator/authorization-code", () => {
  describe("when the options are valid", () => {
    it("then the code can be exchanged for matching tokens", async () => {
      const { json } = await call("POST", "authorization-code", {
        account: { sub: "7", email: "x@gmail.com", emailVerified: true },
        redirectUri: "http://localhost/cb",
        nonce: "n-1",
        idToken: { claims: { hd: "spoiled" }, withoutClaims: ["at_hash"] },
      });
      const response = await fetch(`${google.url}/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: String(json.code),
          client_id: emulatorClientIds.web,
          client_secret: google.clientSecret,
          redirect_uri: "http://localhost/cb",
        }),
      });
      expect(response.status).toBe(200);
      const { id_token } = (await response.json()) as Json;
      const [, payload = ""] = String(id_token).split(".");
      const claims = JSON.parse(
        Buffer.from(payload, "base64url").toString(),
      ) as Json;
      expect(claims).toMatchObject({ sub: "7", nonce: "n-1", hd: "spoiled" });
      expect(claims).not.toHaveProperty("at_hash");
    });
  });

  describe("when they are invalid", () => {
    it.each([
      [{ redirect_uri: "x" }, 'no field "redirect_uri"'],
      [{ account: "nobody" }, "Unknown account"],
      [{ codeChallengeMethod: "S256" }, "needs a code challenge"],
      [{ codeChallenge: "x", codeChallengeMethod: "x" }, "must be one of"],
      [{ offline: "yes" }, "must be: boolean"],
      [{ idToken: { alg: "ES256" } }, "must be one of RS256"],
    ])("then %j gets 400", async (order, message) => {
      const { status, json } = await call("POST", "authorization-code", order);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        error: { message: expect.stringContaining(message) as string },
      });
    });
  });
});

describe("POST /emulator/service-account", () => {
  describe("when it is called", () => {
    it("then it returns a key file, with the requested role", async () => {
      const { status, json } = await call("POST", "service-account");
      expect(status).toBe(200);
      expect(json.type).toBe("service_account");
      const odd = await call("POST", "service-account", { admin: true });
      expect(odd.status).toBe(400);
    });
  });
});

describe("/emulator/security-events", () => {
  describe("when one is posted", () => {
    it("then it is sent as often as requested, and the outcomes are returned", async () => {
      receiver.answers.push({ status: 500 });
      const { status, json } = await call("POST", "security-events", {
        type: "account-disabled",
        reason: "hijacking",
        occurredAt: "2026-01-02T03:04:05Z",
        to: receiver.url,
        copies: 2,
      });
      expect(status).toBe(200);
      expect(json.deliveries).toHaveLength(2);
      expect(receiver.received).toHaveLength(3);
      const listed = await call("GET", "security-events");
      expect(listed.json).toEqual({ deliveries: json.deliveries });
    });

    it("then the response does not have to wait for it", async () => {
      const { json } = await call("POST", "security-events", {
        to: receiver.url,
        wait: false,
      });
      expect(json).not.toHaveProperty("deliveries");
      await google.settledDeliveries();
      expect(receiver.received).toMatchObject([{ body: json.token }]);
    });
  });

  describe("when the options are invalid", () => {
    it.each([
      [{}, "No receiver"],
      [{ type: "sessions" }, "Unknown event"],
      [{ occurredAt: "yesterday" }, "ISO 8601"],
      [{ copies: 0 }, "from 1 to 100"],
      [{ copies: 101 }, "from 1 to 100"],
      [{ signWith: "own" }, "must be one of foreign"],
      [{ tokenIdentifier: "md5" }, "must be one of hash_base64"],
      [{ hold: true }, 'no field "hold"'],
      [{ to: "file:///etc/passwd" }, "must be a local"],
      [{ to: "http://169.254.169.254/" }, "must be a local"],
    ])("then %j gets 400, and nothing sent", async (order, message) => {
      const { status, json } = await call("POST", "security-events", order);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        error: { message: expect.stringContaining(message) as string },
      });
      expect(receiver.received).toEqual([]);
    });
  });
});
