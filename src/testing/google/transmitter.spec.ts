import { verify } from "node:crypto";
import { GoogleEmulator } from "./emulator";
import { emulatorClientIds } from "./emulator.options";
import { securityEventTypes } from "./risc.events";
import type { SecurityReportOptions } from "./risc";
import { payloadOf } from "../../../test/support/emulator-app";
import { RecordedReceiver } from "../../../test/support/emulator-receiver";

let google: GoogleEmulator;
let receiver: RecordedReceiver;

beforeAll(async () => {
  google = await GoogleEmulator.start({
    transmitter: { retryDelaysMs: [0, 1, 2], timeoutMs: 5000 },
  });
});

beforeEach(async () => {
  receiver = await RecordedReceiver.start();
});

afterEach(() => receiver.stop());

afterAll(() => google.stop());

function report(options: SecurityReportOptions = {}) {
  return google.report({ to: receiver.url, ...options });
}

const statusesOf = ({
  attempts,
}: {
  attempts: readonly { status?: number }[];
}) => attempts.map(({ status }) => status);

describe("a reported event", () => {
  describe("when the receiver accepts it", () => {
    it("then it was sent according to RFC 8935, signed with Google's key", async () => {
      const sent = await report({ account: "workspace" });
      const delivery = await sent.delivered;
      expect(delivery).toMatchObject({
        jti: sent.jti,
        type: securityEventTypes["sessions-revoked"],
        url: receiver.url,
        outcome: "delivered",
        attempts: [{ status: 202 }],
      });
      expect(google.deliveries.at(-1)).toEqual(delivery);
      const [request] = receiver.received;
      expect(request).toMatchObject({
        method: "POST",
        path: "/security-events",
        body: sent.token,
        headers: {
          "content-type": "application/secevent+jwt",
          accept: "application/json",
        },
      });
      expect(request?.headers).not.toHaveProperty("authorization");
      const [header, payload, signature = ""] = sent.token.split(".");
      const isSigned = verify(
        "sha256",
        Buffer.from(`${header}.${payload}`),
        google.keys.current.publicKey,
        Buffer.from(signature, "base64url"),
      );
      expect(isSigned).toBe(true);
      expect(payloadOf(sent.token)).toEqual({
        iss: "https://accounts.google.com/",
        aud: emulatorClientIds.web,
        iat: expect.any(Number) as number,
        jti: sent.jti,
        events: {
          [securityEventTypes["sessions-revoked"]]: {
            subject: {
              subject_type: "iss-sub",
              iss: "https://accounts.google.com/",
              sub: "113774901853027741698",
            },
          },
        },
      });
    });
  });

  describe("when the receiver fails at first", () => {
    it("then it is sent again until it is accepted", async () => {
      receiver.answers.push(
        { status: 503, body: "later" },
        { status: 302, headers: { location: receiver.url } },
        "reset",
      );
      const delivery = await (await report()).delivered;
      expect(delivery.outcome).toBe("delivered");
      expect(statusesOf(delivery)).toEqual([503, 302, undefined, 202]);
      expect(delivery.attempts[2]).toMatchObject({ error: "ECONNRESET" });
      const bodies = receiver.received.map(({ body }) => body);
      expect(new Set(bodies).size).toBe(1);
      expect(bodies).toHaveLength(4);
    });
  });

  describe("when the receiver never accepts it", () => {
    it.each([200, 204, 401, 404, 500])(
      "then %d is given up",
      async (status) => {
        receiver.answers.push(...Array.from({ length: 9 }, () => ({ status })));
        const delivery = await (await report()).delivered;
        expect(delivery.outcome).toBe("given up");
        expect(statusesOf(delivery)).toEqual([status, status, status, status]);
      },
    );

    it("then a refused connection ends the delivery", async () => {
      await receiver.stop();
      const delivery = await (await report()).delivered;
      expect(delivery.outcome).toBe("given up");
      expect(delivery.attempts).toHaveLength(4);
      expect(delivery.attempts[0]?.error).toBe("ECONNREFUSED");
    });

    it("then a silent one times out", async () => {
      await using hasty = await GoogleEmulator.start({
        transmitter: { retryDelaysMs: [], timeoutMs: 50 },
      });
      receiver.answers.push("hang");
      const { delivered } = await hasty.report({ to: receiver.url });
      expect(await delivered).toMatchObject({
        outcome: "given up",
        attempts: [{ error: "timeout" }],
      });
    });
  });

  describe("when the receiver refuses it", () => {
    it("then it is not sent again, and the beginning of the response is stored", async () => {
      const body = JSON.stringify({ err: "invalid_key" });
      receiver.answers.push({ status: 400, body });
      const delivery = await (await report()).delivered;
      expect(delivery).toMatchObject({
        outcome: "refused",
        attempts: [{ status: 400, body }],
      });
      receiver.answers.push({ status: 400, body: "x".repeat(1_000_000) });
      const { attempts } = await (await report()).delivered;
      expect(attempts[0]?.body).toHaveLength(65_536);
    });
  });

  describe("when it is sent repeatedly or held", () => {
    it("then duplicates are the same token", async () => {
      const sent = await report();
      await Promise.all([sent.delivered, sent.deliver(), sent.deliver()]);
      const bodies = receiver.received.map(({ body }) => body);
      expect(bodies).toEqual([sent.token, sent.token, sent.token]);
      const own = google.deliveries.filter(({ jti }) => jti === sent.jti);
      expect(own).toHaveLength(3);
    });

    it("then a later one can arrive before a held one", async () => {
      const early = await report({ type: "account-disabled", hold: true });
      const late = await report({ type: "account-enabled" });
      await late.delivered;
      expect(await early.deliver()).toEqual(await early.delivered);
      const bodies = receiver.received.map(({ body }) => body);
      expect(bodies).toEqual([late.token, early.token]);
    });
  });

  describe("when the emulator stops", () => {
    it("then pending deliveries are cancelled immediately", async () => {
      const patient = await GoogleEmulator.start({
        transmitter: { retryDelaysMs: [3_600_000] },
      });
      receiver.answers.push("hang", { status: 500 });
      const reports = await Promise.all([
        patient.report({ to: receiver.url }),
        patient.report({ to: receiver.url }),
      ]);
      while (
        !patient.deliveries.some(({ attempts }) => attempts.length === 1)
      ) {
        await fetch(patient.url);
      }
      await patient.stop();
      for (const { delivered } of reports) {
        expect((await delivered).outcome).toBe("stopped");
      }
    });
  });

  describe("when many are pending", () => {
    it("then all of them arrive, without a warning", async () => {
      const warned: unknown[] = [];
      const warn = (warning: unknown) => warned.push(warning);
      process.on("warning", warn);
      const reports = await Promise.all(
        Array.from({ length: 40 }, () => report()),
      );
      await Promise.all(reports.map(({ delivered }) => delivered));
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", warn);
      expect(receiver.received).toHaveLength(40);
      expect(warned).toEqual([]);
    });
  });

  describe("when the transmitter's options are invalid", () => {
    it.each([{ retryDelaysMs: [-1] }, { timeoutMs: 1.5 }])(
      "then %j is refused",
      async (transmitter) => {
        await expect(GoogleEmulator.start({ transmitter })).rejects.toThrow(
          RangeError,
        );
      },
    );
  });
});
