import { payloadOf, type Json } from "../../../test/support/emulator-app";
import { GoogleEmulator } from "./emulator";
import { securityEventTypes, type SecurityEventName } from "./risc.events";
import type { SecurityReportOptions } from "./risc";

let google: GoogleEmulator;

beforeAll(async () => {
  google = await GoogleEmulator.start();
});

afterAll(() => google.stop());

/** Sends nothing: the event is held, and nothing listens on port 9. */
function report(options: SecurityReportOptions = {}) {
  return google.report({ to: "http://127.0.0.1:9/", hold: true, ...options });
}

describe("a security event", () => {
  describe("when a test customizes it", () => {
    const eventOf = async (options: SecurityReportOptions) => {
      const { token, type } = await report({ ...options, hold: true });
      const { events } = payloadOf(token) as { events: Record<string, Json> };
      return events[type];
    };

    it("then reason and time are as given", async () => {
      const occurredAt = new Date("2020-02-03T04:05:06.789Z");
      const { token } = await report({
        type: "account-disabled",
        reason: "hijacking",
        occurredAt,
        hold: true,
      });
      expect(payloadOf(token)).toMatchObject({
        iat: 1580702706,
        events: {
          [securityEventTypes["account-disabled"]]: { reason: "hijacking" },
        },
      });
    });

    // The vectors come from another implementation.
    it.each([
      [
        undefined,
        "hash_base64_sha512_sha512",
        "38bCy04pQHjKfPj/bEAxQDVJX7t502FOfKnACX4iXgPRg0b17ayXwlRvd4laIAYIp7m7xHyGicfPquC076B6OQ==",
      ],
      ["prefix", "prefix", "1//0test-refresh"],
    ] as const)("then a token is identified by %s", async (by, alg, token) => {
      const event = await eventOf({
        type: "token-revoked",
        refreshToken: "1//0test-refresh-token-0123456789",
        tokenIdentifier: by,
      });
      expect(event).toEqual({
        subject: {
          subject_type: "oauth_token",
          token_type: "refresh_token",
          token_identifier_alg: alg,
          token,
        },
      });
    });

    it("then a type may be any URI, and the claims can be altered", async () => {
      const type = "https://schemas.example/purged";
      const { token } = await report({
        type,
        claims: { jti: "j-1", aud: "another" },
        event: { more: 1 },
        hold: true,
      });
      expect(payloadOf(token)).toMatchObject({
        jti: "j-1",
        aud: "another",
        events: { [type]: { more: 1 } },
      });
    });

    it.each([
      [{ type: "session-revoked" }, "Unknown event"],
      [{ account: "nobody" as "consumer" }, "Unknown account"],
      [{ to: "/security-events" }, "must be a local"],
      [{ to: "http://evil.example/" }, "must be a local"],
      [{ to: undefined }, "No receiver"],
    ])("then %j is refused", async (options, message) => {
      await expect(report(options)).rejects.toThrow(message);
      expect(google.deliveries).toEqual([]);
    });
  });
});

describe("the types of events", () => {
  describe("when they are compared with Google's page", () => {
    it("then two of them belong to the OAuth profile", () => {
      const oauth = (Object.keys(securityEventTypes) as SecurityEventName[])
        .filter((name) => securityEventTypes[name].includes("/oauth/"))
        .sort();
      expect(oauth).toEqual(["token-revoked", "tokens-revoked"]);
    });
  });
});
