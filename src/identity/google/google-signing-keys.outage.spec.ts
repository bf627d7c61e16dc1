import { setImmediate } from "node:timers/promises";
import { Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { GoogleEmulator } from "../../testing/google/emulator";
import { googlePaths } from "../../testing/google/emulator.routes";
import type { EndpointFault } from "../../testing/google/faults";
import { GoogleSigningKeys } from "./google-signing-keys";
import { FrozenClock } from "../../testing/frozen-clock";

const hour = 3600;
const day = 24 * hour;
const unavailable = {
  code: "identity_provider_unavailable",
  reason: "keys_unavailable",
  retryAfterSeconds: 10,
};

let google: GoogleEmulator;
let clock: FrozenClock;
let keys: GoogleSigningKeys;

/** Sets a fault for all responses from now on. */
function spoil(fault: EndpointFault = { status: 500 }): void {
  google.setFault(googlePaths.certs, fault);
}

function requests(): number {
  return google.requestCount(googlePaths.certs);
}

/**
 * Waits for this many requests, because the last may be sent in the background.
 */
async function expectRequests(count: number): Promise<void> {
  while (requests() < count) await setImmediate();
  expect(requests()).toBe(count);
}

async function expectFound(): Promise<void> {
  const { kid, publicKey } = google.keys.current;
  const found = await keys.find(kid);
  expect(found.equals(publicKey)).toBe(true);
}

async function refusalOf(kid: string): Promise<AuthError> {
  const outcome: unknown = await keys
    .find(kid)
    .catch((error: unknown) => error);
  if (outcome instanceof AuthError) return outcome;
  throw new Error("The key was found, or another error was thrown", {
    cause: outcome,
  });
}

beforeAll(async () => {
  google = await GoogleEmulator.start({ maxAgeSeconds: hour });
});

beforeEach(() => {
  jest.spyOn(Logger.prototype, "warn").mockReturnValue(undefined);
  google.clearFaults();
  google.clearRequests();
  clock = new FrozenClock(1_763_700_000_000);
  keys = new GoogleSigningKeys(
    {
      clients: [],
      certsUrl: `${google.url}${googlePaths.certs}`,
      clockSkewSeconds: 0,
    },
    clock,
  );
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => google.stop());

describe("GoogleSigningKeys", () => {
  describe("when Google is unavailable from the start", () => {
    it("is unavailable, sends one request per 10 s, and recovers by itself", async () => {
      spoil();
      const { kid } = google.keys.current;
      const refusals = await Promise.all(
        Array.from({ length: 200 }, () => refusalOf(kid)),
      );
      for (const refusal of refusals)
        expect(refusal).toMatchObject(unavailable);
      expect(requests()).toBe(1);
      google.clearFaults();
      clock.advance(9.999);
      expect(await refusalOf(kid)).toMatchObject(unavailable);
      expect(requests()).toBe(1);
      clock.advance(0.001);
      await expectFound();
      expect(requests()).toBe(2);
    });
  });

  describe("when the fetch fails", () => {
    it("logs the cause", async () => {
      const warn = jest.spyOn(Logger.prototype, "warn");
      spoil({ status: 503 });
      await refusalOf(google.keys.current.kid);
      expect(warn.mock.calls).toEqual([
        [
          {
            err: expect.objectContaining({
              message: "The certificates answer has status 503",
            }) as unknown,
          },
          "Google's signing keys are unavailable and none are cached",
        ],
      ]);
    });
  });

  describe("when the clock jumps back", () => {
    it("right after a failure, fetches again without waiting for the old time", async () => {
      spoil();
      const { kid } = google.keys.current;
      expect(await refusalOf(kid)).toMatchObject(unavailable);
      google.clearFaults();
      clock.advance(-hour);
      await expectFound();
      expect(requests()).toBe(2);
    });

    it("with cached keys, renews them instead of keeping them an hour longer", async () => {
      await expectFound();
      clock.advance(-hour);
      await expectFound();
      await expectFound();
      expect(requests()).toBe(2);
    });
  });

  describe("when the keys cannot be renewed", () => {
    it("keeps the old ones and tries again every 10 s", async () => {
      await expectFound();
      spoil();
      clock.advance(hour);
      await expectFound();
      expect(requests()).toBe(2);
      clock.advance(9.999);
      await expectFound();
      expect(requests()).toBe(2);
      clock.advance(0.001);
      await expectFound();
      await expectRequests(3);
    });

    it("does not wait for an attempt after a failed one", async () => {
      await expectFound();
      spoil();
      clock.advance(hour);
      await expectFound();
      spoil({ hang: true });
      clock.advance(10);
      const fetched = jest.spyOn(globalThis, "fetch");
      for (let asker = 0; asker < 20; asker++) await expectFound();
      const [attempt] = fetched.mock.results;
      // The attempt is still in progress.
      const ended = Promise.race([attempt?.value, setImmediate("under way")]);
      expect(await ended).toBe("under way");
      await expectRequests(3);
    });

    it("accepts the old ones until 24 h after they expire", async () => {
      await expectFound();
      spoil();
      clock.advance(hour + day - 0.001);
      await expectFound();
      clock.advance(0.001);
      const { kid } = google.keys.current;
      expect(await refusalOf(kid)).toMatchObject(unavailable);
      google.clearFaults();
      clock.advance(10);
      await expectFound();
    });

    // Guards against reporting an outage as an invalid token.
    it("is unavailable for an unknown key id during an outage", async () => {
      await expectFound();
      spoil();
      expect(await refusalOf("perhaps new")).toMatchObject(unavailable);
      // During the cool-down, without a fetch.
      expect(await refusalOf("perhaps new")).toMatchObject(unavailable);
      expect(requests()).toBe(2);
      await expectFound();
      google.clearFaults();
      clock.advance(10);
      expect((await refusalOf("made up")).reason).toBe("unknown_key");
    });
  });

  describe.each<[string, EndpointFault]>([
    ["is an error", { status: 500 }],
    ["is not found", { status: 404 }],
    ["is HTML", { html: true }],
    ["is an empty map", { empty: true }],
    ["is truncated", { truncated: true }],
    ["is oversized", { oversized: 70_000 }],
    [
      "is a redirect to valid keys",
      { redirectTo: googlePaths.certs, times: 1 },
    ],
    ["is a reset", { reset: true }],
    [
      "is invalid PEM",
      { body: '{"k":"-----BEGIN CERTIFICATE-----\\nAAAA\\n"}' },
    ],
  ])("when the response %s", (_what, fault) => {
    it("does not replace a valid set", async () => {
      await expectFound();
      spoil(fault);
      clock.advance(hour);
      await expectFound();
      expect(requests()).toBe(2);
      google.clearFaults();
      clock.advance(10);
      await expectFound();
      await expectRequests(3);
    });

    it("does not become the first set", async () => {
      spoil(fault);
      const refusal = await refusalOf(google.keys.current.kid);
      expect(refusal).toMatchObject(unavailable);
      expect(refusal.cause).toBeDefined();
      google.clearFaults();
      clock.advance(10);
      await expectFound();
    });
  });

  describe("when one certificate of the response is invalid", () => {
    it("accepts none of them", async () => {
      const { kid, certificatePem } = google.keys.current;
      const garbage = certificatePem.replace(/\n.*\n/, "\nAAAA\n");
      spoil({ body: JSON.stringify({ [kid]: certificatePem, k: garbage }) });
      expect(await refusalOf(kid)).toMatchObject(unavailable);
    });
  });
});
