import { JWTAccess } from "google-auth-library";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";
import { securityEventTypes } from "./risc.events";
import { PUSH_DELIVERY } from "./risc.stream";
import type { ServiceAccountKey } from "./service-account";
import { RISC_API_AUDIENCE } from "./service-account.auth";
import { RecordedReceiver } from "../../../test/support/emulator-receiver";

type Json = Record<string, unknown>;

let google: GoogleEmulator;
let receiver: RecordedReceiver;
let admin: ServiceAccountKey;

beforeAll(async () => {
  receiver = await RecordedReceiver.start();
  google = await GoogleEmulator.start({ authorizedDomains: ["app.example"] });
  admin = await google.serviceAccount();
});

afterAll(async () => {
  await Promise.all([google.stop(), receiver.stop()]);
});

function tokenOf(key: ServiceAccountKey): string {
  const access = new JWTAccess();
  access.fromJSON(key);
  const headers = access.getRequestHeaders(RISC_API_AUDIENCE);
  return headers.get("authorization") ?? "";
}

async function call(path: string, body?: unknown) {
  const response = await fetch(`${google.url}/v1beta/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      authorization: tokenOf(admin),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Json };
}

const streamTo = (url: string, events_requested: unknown): Json => ({
  delivery: { delivery_method: PUSH_DELIVERY, url },
  events_requested,
});

const all = Object.values(securityEventTypes);

function refusal(code: number, status: string, message?: string) {
  const words = message
    ? { message: expect.stringContaining(message) as string }
    : {};
  return { status: code, json: { error: { code, status, ...words } } };
}

describe("the Cross-Account Protection API", () => {
  describe("when a stream is configured", () => {
    let bare: [GoogleEmulator, ServiceAccountKey];

    beforeAll(async () => {
      bare = [google, admin];
      google = await GoogleEmulator.start({
        authorizedDomains: ["app.example"],
      });
      admin = await google.serviceAccount();
    });

    beforeEach(async () => {
      await call("stream:update", streamTo(receiver.url, all));
      await call("stream/status:update", { status: "enabled" });
      receiver.clear();
    });

    afterAll(async () => {
      await google.stop();
      [google, admin] = bare;
    });

    it("then it is returned, and a second one replaces it", async () => {
      const wanted = [...all, "https://unknown.example/event"];
      const first = await call("stream:update", streamTo(receiver.url, wanted));
      expect(first).toEqual({ status: 200, json: {} });
      expect((await call("stream")).json).toEqual({
        iss: "https://accounts.google.com",
        aud: Object.values(emulatorClientIds),
        delivery: { delivery_method: PUSH_DELIVERY, url: receiver.url },
        events_supported: all,
        events_requested: wanted,
        events_delivered: all,
      });
      const other = streamTo("https://app.example/events", all.slice(0, 1));
      await call("stream:update", other);
      expect((await call("stream")).json).toMatchObject({
        ...other,
        events_delivered: all.slice(0, 1),
      });
    });

    it("then its status can be changed, and is kept by an update", async () => {
      expect((await call("stream/status")).json).toEqual({ status: "enabled" });
      const off = await call("stream/status:update", { status: "disabled" });
      expect(off).toEqual({ status: 200, json: {} });
      await call("stream:update", streamTo(receiver.url, all));
      expect((await call("stream/status")).json).toEqual({
        status: "disabled",
      });
    });

    it("then a verification event is sent with the state", async () => {
      const asked = await call("stream:verify", { state: "s-1" });
      expect(asked).toEqual({ status: 200, json: {} });
      const deliveries = await google.settledDeliveries();
      expect(deliveries.at(-1)).toMatchObject({
        type: securityEventTypes.verification,
        outcome: "delivered",
      });
      const [, payload = ""] = receiver.received[0]?.body.split(".") ?? [];
      const { events } = JSON.parse(
        Buffer.from(payload, "base64url").toString(),
      ) as Json;
      expect(events).toEqual({
        [securityEventTypes.verification]: { state: "s-1" },
      });
    });

    it("then no verification event is sent if not requested", async () => {
      const url = receiver.url;
      await call("stream:update", streamTo(url, all.slice(0, 1)));
      expect((await call("stream:verify", {})).status).toBe(200);
      expect(google.deliveries.at(-1)).toMatchObject({
        outcome: "not requested",
        attempts: [],
      });
      expect(receiver.received).toEqual([]);
    });

    it("then an invalid status or state is refused", async () => {
      expect(
        await call("stream/status:update", { status: "paused" }),
      ).toMatchObject(refusal(403, "PERMISSION_DENIED"));
      expect(await call("stream:verify", { state: 1 })).toMatchObject(
        refusal(400, "INVALID_ARGUMENT"),
      );
      expect(receiver.received).toEqual([]);
    });

    it("then nothing is sent while it is disabled", async () => {
      await call("stream/status:update", { status: "disabled" });
      const { delivered } = await google.report();
      expect(await delivered).toMatchObject({
        outcome: "disabled",
        attempts: [],
      });
      expect(receiver.received).toEqual([]);
    });
  });

  describe("when none is configured", () => {
    it.each([
      ["stream", undefined],
      ["stream/status", undefined],
      ["stream/status:update", { status: "enabled" }],
      ["stream:verify", { state: "s" }],
    ])("then %s gets 404", async (path, body) => {
      expect(await call(path, body)).toMatchObject(refusal(404, "NOT_FOUND"));
    });
  });

  describe("when a request is invalid", () => {
    const url = "http://localhost:1/events";
    it.each<[string, number, unknown, string]>([
      ["no JSON", 400, "{", "JSON"],
      ["null", 400, "null", "must be an object"],
      ["an unknown field", 400, { event_requested: [] }, "Cannot find field"],
      ["no delivery", 400, { events_requested: all }, "delivery is required"],
      ["a string as delivery", 400, { delivery: url }, "must be an object"],
      ["no method", 400, { delivery: { url } }, "delivery_method"],
      ["no URL", 400, streamTo("", all), "url is required"],
      ["no events", 400, streamTo(url, []), "events_requested"],
      ["numbers as events", 400, streamTo(url, [1]), "events_requested"],
      ["no http URL", 403, streamTo("ftp://localhost/", all), "HTTPS"],
      ["a password", 403, streamTo("https://a:b@app.example", all), "HTTPS"],
      ["a foreign host", 403, streamTo("https://b.example", all), "authorized"],
      [
        "a similar host",
        403,
        streamTo("https://localhost.evil.example", all),
        "authorized",
      ],
    ])("then %s gets %d, and nothing is stored", async (_, code, body, why) => {
      const status = code === 400 ? "INVALID_ARGUMENT" : "PERMISSION_DENIED";
      expect(await call("stream:update", body)).toMatchObject(
        refusal(code, status, why),
      );
      expect((await call("stream")).status).toBe(404);
    });
  });

  describe("when the endpoint has a fault", () => {
    it("then its error response changes nothing", async () => {
      google.setFault("/v1beta/stream:update", { status: 503, times: 1 });
      const update = streamTo(receiver.url, all);
      expect((await call("stream:update", update)).status).toBe(503);
      expect((await call("stream")).status).toBe(404);
    });
  });
});

describe("the Cross-Account Protection discovery", () => {
  describe("when it is fetched", () => {
    it("then it names the keys of the ID tokens", async () => {
      const path = "/.well-known/risc-configuration";
      expect(await (await fetch(google.url + path)).json()).toMatchObject({
        issuer: "https://accounts.google.com",
        jwks_uri: `${google.url}/oauth2/v3/certs`,
      });
    });
  });
});
