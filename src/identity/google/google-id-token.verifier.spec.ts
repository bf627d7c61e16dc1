import { Logger } from "@nestjs/common";
import { freezeDate } from "../../../test/support/frozen-date";
import { AuthError } from "../../common/auth-error";
import { Clock, SystemClock } from "../../common/clock.port";
import { GoogleEmulator } from "../../testing/google/emulator";
import { googlePaths } from "../../testing/google/emulator.routes";
import { GoogleIdTokenVerifier } from "./google-id-token.verifier";
import { GoogleSigningKeys } from "./google-signing-keys";

let google: GoogleEmulator;

/** A verifier with an empty key cache. */
function newVerifier(
  clientIds: readonly string[] = google.clientIds,
  clock: Clock = new SystemClock(),
): GoogleIdTokenVerifier {
  const options = {
    clients: clientIds.map((id) => ({ id })),
    certsUrl: `${google.url}${googlePaths.certs}`,
    clockSkewSeconds: 60,
  };
  const signingKeys = new GoogleSigningKeys(options, clock);
  return new GoogleIdTokenVerifier(options, signingKeys, clock);
}

async function refusalOf(
  token: string,
  verifier = newVerifier(),
): Promise<AuthError> {
  const outcome: unknown = await verifier
    .verify(token)
    .catch((error: unknown) => error);
  if (outcome instanceof AuthError) return outcome;
  throw new Error("The token was accepted, or another error was thrown", {
    cause: outcome,
  });
}

beforeAll(async () => {
  google = await GoogleEmulator.start();
  // google-auth-library uses the machine's clock.
  freezeDate();
});

beforeEach(() => google.clearRequests());

afterEach(() => jest.restoreAllMocks());

afterAll(async () => {
  jest.useRealTimers();
  await google.stop();
});

describe("GoogleIdTokenVerifier", () => {
  describe("when it is created without a client id", () => {
    it.each([[[]], [[""]], [["a.apps.googleusercontent.com", ""]]])(
      "does not start with %j",
      (clientIds) => {
        expect(() => newVerifier(clientIds)).toThrow(
          "IdentityModule needs at least one Google client id",
        );
      },
    );
  });

  describe("when Google signed the token for one of our clients", () => {
    it("returns the identity, for each of the clients", async () => {
      for (const audience of google.clientIds) {
        const token = await google.idToken({ audience, account: "workspace" });
        expect(await newVerifier().verify(token)).toMatchObject({
          issuer: "https://accounts.google.com",
          clientId: audience,
          email: "grace@navy.example",
        });
      }
    });
  });

  describe("when the signature is not Google's", () => {
    it.each<[string, object]>([
      ["of another key with Google's key id", { signWith: "foreign" }],
      // Without a valid signature, `expired` would be misleading.
      ["and too old", { signWith: "foreign", issuedSecondsAgo: 9000 }],
      [
        "and of a service account",
        { signWith: "foreign", azp: "x@y.iam.gserviceaccount.com" },
      ],
    ])("%s, reports only the signature", async (_what, options) => {
      const refusal = await refusalOf(await google.idToken(options));
      expect(refusal).toMatchObject({
        code: "invalid_token",
        message: "invalid_token: bad_signature",
      });
      expect(refusal.cause).toBeUndefined();
    });
  });

  describe("when the token is malformed", () => {
    it.each(["", "..", "ya29.access-token", "e30.e30.AA"])(
      "refuses %j without fetching Google's keys",
      async (token) => {
        expect((await refusalOf(token)).code).toBe("invalid_token");
        expect(google.requestCount()).toBe(0);
      },
    );
  });

  describe("when google-auth-library refuses it too", () => {
    it("determines the code", async () => {
      const token = await google.idToken({ issuedSecondsAgo: 9000 });
      expect(await refusalOf(token)).toMatchObject({
        code: "token_expired",
        reason: "expired",
      });
    });
  });

  describe("when only google-auth-library refuses it, by the machine's clock", () => {
    it.each([-7200, 7200])("our clock is used: %d s off", async (seconds) => {
      class OtherClock extends Clock {
        override now(): number {
          return Date.now() + seconds * 1000;
        }
      }
      const verifier = newVerifier(google.clientIds, new OtherClock());
      const there = await google.idToken({ issuedSecondsAgo: -seconds });
      expect((await verifier.verify(there)).issuer).toBe(
        "https://accounts.google.com",
      );
      expect((await refusalOf(await google.idToken(), verifier)).code).toBe(
        seconds > 0 ? "token_expired" : "invalid_token",
      );
    });
  });

  describe("when the key is unavailable", () => {
    it("refuses a key id that Google does not have", async () => {
      const token = await google.idToken({ header: { kid: "made-up" } });
      expect(await refusalOf(token)).toMatchObject({
        code: "invalid_token",
        reason: "unknown_key",
      });
    });

    it("does not report an invalid token while Google is unavailable", async () => {
      jest.spyOn(Logger.prototype, "warn").mockReturnValue(undefined);
      google.setFault(googlePaths.certs, { status: 500, times: 1 });
      const refusal = await refusalOf(await google.idToken());
      expect(refusal.code).toBe("identity_provider_unavailable");
    });
  });
});
