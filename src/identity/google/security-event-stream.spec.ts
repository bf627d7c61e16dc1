import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GoogleEmulator } from "../../testing/google/emulator";
import type { EndpointFault } from "../../testing/google/faults";
import { SecurityEventStream } from "./security-event-stream";
import { requestableEvents } from "./security-event-stream.requests";
import {
  type ServiceAccountKey,
  serviceAccountKeyFrom,
} from "./service-account-key";

const receiver = "http://127.0.0.1:1/security-events";
const events = [...requestableEvents.values()];

let google: GoogleEmulator;
let key: ServiceAccountKey;

beforeAll(async () => {
  google = await GoogleEmulator.start();
  key = serviceAccountKeyFrom(JSON.stringify(await google.serviceAccount()));
});

afterEach(() => google.clearFaults());

afterAll(() => google.stop());

function stream(changes: object = {}): SecurityEventStream {
  return new SecurityEventStream({
    apiUrl: `${google.url}/v1beta`,
    key,
    timeoutMilliseconds: 5000,
    ...changes,
  });
}

async function failureOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => "no failure",
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ name: "SecurityEventStreamError" });
  return error as Error & { status: number | null };
}

describe("SecurityEventStream", () => {
  describe("when nothing is registered", () => {
    it("then configuration and status are empty, and changes say what to do", async () => {
      expect(await stream().configuration()).toBeNull();
      expect(await stream().status()).toBeNull();
      for (const call of [
        stream().setStatus("enabled"),
        stream().verify("s"),
      ]) {
        const failure = await failureOf(call);
        expect(failure.status).toBe(404);
        expect(failure.message).toContain("node dist/cli.js risc register");
      }
    });
  });

  describe("when a receiver is registered", () => {
    it("then configuration and status are returned", async () => {
      const one = stream({ apiUrl: `${google.url}/v1beta/` });
      await one.configure(receiver, [...events, "https://x.example/event"]);
      expect(await one.configuration()).toEqual({
        receiver,
        eventsRequested: [...events, "https://x.example/event"],
        eventsDelivered: events,
      });
      await one.setStatus("disabled");
      expect(await one.status()).toBe("disabled");
      await one.setStatus("enabled");
      expect(await one.status()).toBe("enabled");
      await one.verify("state 1");
      expect(google.deliveries.at(-1)).toMatchObject({ url: receiver });
    });
  });

  describe("when Google refuses", () => {
    it("then an unknown key is a 401 that mentions the clock and the key", async () => {
      const other = await GoogleEmulator.start();
      const text = JSON.stringify(await other.serviceAccount());
      await other.stop();
      const foreign = serviceAccountKeyFrom(text);
      const failure = await failureOf(stream({ key: foreign }).configuration());
      expect(failure.status).toBe(401);
      expect(failure.message).toContain("clock");
      expect(failure.message).toContain(foreign.clientEmail);
    });

    it("then a missing role is a 403 with the command that grants it", async () => {
      const plain = await google.serviceAccount({ riscAdmin: false });
      const mere = serviceAccountKeyFrom(JSON.stringify(plain));
      const failure = await failureOf(stream({ key: mere }).status());
      expect(failure.status).toBe(403);
      expect(failure.message).toContain(
        `--member=serviceAccount:${plain.client_email} --role=roles/riscconfigs.admin`,
      );
    });

    it.each([
      ["https://foreign.example/e", "authorized domains"],
      ["ftp://127.0.0.1/e", "https"],
    ])("then the receiver %s is a 403 with %j", async (url, advice) => {
      const failure = await failureOf(stream().configure(url, events));
      expect(failure.status).toBe(403);
      expect(failure.message).toContain(advice);
    });

    const googleSays = (code: number, message: unknown, details?: unknown) => ({
      status: code,
      body: JSON.stringify({ error: { code, message, details } }),
    });
    it.each<[string, EndpointFault, string]>([
      [
        "no API",
        googleSays(
          403,
          "RISC API has not been used in project 1 before or it is disabled.",
        ),
        "Enable the RISC API",
      ],
      [
        "no API, by its reason",
        googleSays(403, "no", [null, { reason: "SERVICE_DISABLED" }]),
        "Enable the RISC API",
      ],
      [
        "Firebase",
        googleSays(
          403,
          "Existing stream configuration does not have spec-compliant delivery method for RISC.",
        ),
        "Firebase manages",
      ],
      [
        "a deleted project",
        googleSays(403, "Project could not be found."),
        "does not exist",
      ],
      [
        "no OAuth client",
        googleSays(
          403,
          "To use this API your project must have at least one OAuth client configured.",
        ),
        "GOOGLE_CLIENT_IDS",
      ],
      [
        "a user account",
        googleSays(
          403,
          "Stream management APIs should only be called by a service account.",
        ),
        "key file of a service account",
      ],
      [
        "an invalid request",
        googleSays(400, "Stream configuration must contain delivery field."),
        "--dry-run",
      ],
      ["an exceeded quota", googleSays(429, "Quota exceeded"), "in a minute"],
      ["no message", googleSays(403, ["x"]), "RISC Configuration Admin"],
    ])("%s is reported with advice", async (_, fault, advice) => {
      google.setFault("/v1beta/stream/status", fault);
      const failure = await failureOf(stream().status());
      expect(failure.status).toBe(fault.status);
      expect(failure.message).toContain(advice);
    });
  });

  describe("when Google is unreachable, or another server responds", () => {
    it.each<[string, EndpointFault, number | null, string]>([
      ["a server error", { status: 503 }, 503, "Try again in a few minutes"],
      ["a reset", { reset: true }, null, "ECONNRESET"],
      ["a web page", { html: true }, 200, "not Google's"],
      [
        "an HTML page with 404",
        { status: 404, body: "<h1>404</h1>" },
        404,
        "not Google's",
      ],
      [
        "a 404 of another server",
        { status: 404, body: "{}" },
        null,
        "not Google's",
      ],
      ["an empty object", { empty: true }, null, "names no receiver"],
      ["a truncated response", { truncated: true }, 200, "not Google's"],
      [
        "a redirect",
        { redirectTo: "https://evil.example/" },
        null,
        "redirected",
      ],
      ["100 MB", { oversized: 1e8 }, 200, "exceeds 65536 bytes"],
    ])("then %s fails at once", async (_, fault, status, words) => {
      await stream().configure(receiver, events);
      google.setFault("/v1beta/stream", fault);
      const failure = await failureOf(stream().configuration());
      expect(failure.message).toContain(words);
      expect(failure.status).toBe(status);
    });

    it.each<[string, EndpointFault]>([
      ["never comes", { hang: true }],
      ["drips", { dripMs: 500 }],
    ])("a response that %s times out", async (_, fault) => {
      google.setFault("/v1beta/stream:update", fault);
      const patient = stream({ timeoutMilliseconds: 300 });
      const failure = await failureOf(patient.configure(receiver, events));
      expect(failure.message).toContain("took too long");
      expect(failure.message).toContain("may or may not have been made");
    });

    it("an unreachable host is reported as a network error", async () => {
      const gone = await GoogleEmulator.start();
      await gone.stop();
      const apiUrl = `${gone.url}/v1beta`;
      const failure = await failureOf(stream({ apiUrl }).status());
      expect(failure.message).toContain("ECONNREFUSED");
      expect(failure.message).toContain("GOOGLE_RISC_CONFIG_URL");
    });

    it("then a response that echoes the request shows neither token nor control characters", async () => {
      let sent = "";
      const echo = createServer(
        ({ headers: { authorization = "" } }, answer) => {
          sent = authorization;
          const message = `\u001b[2J${authorization} ${"x".repeat(5000)}`;
          answer.writeHead(403).end(JSON.stringify({ error: { message } }));
        },
      );
      await new Promise<void>((done) => void echo.listen(0, "127.0.0.1", done));
      const { port } = echo.address() as AddressInfo;
      const apiUrl = `http://127.0.0.1:${port}`;
      const { message } = await failureOf(stream({ apiUrl }).status());
      await new Promise((done) => echo.close(done));
      expect(sent).toMatch(/^Bearer eyJ/);
      expect(message).not.toContain(sent.slice(7, 40));
      expect(message).not.toContain("\u001b");
      expect(message.length).toBeLessThan(1500);
    });
  });
});
