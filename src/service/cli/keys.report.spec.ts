import type { RemovalOutcome, RotationOutcome, StoredKey } from "../../index";
import {
  configuredKeyReport,
  keyTable,
  removalReport,
  rotationReport,
  storedKeyReport,
} from "./keys.report";

const now = Date.parse("2026-11-21T09:00:00.000Z");
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000);

const key: StoredKey = {
  kid: "k1",
  algorithm: "ES256",
  state: "previous",
  publicJwk: { kty: "EC", crv: "P-256", x: "x", y: "y" },
  encryptedPrivateKey: Buffer.from("never shown"),
  mac: Buffer.from("never shown"),
  createdAt: minutesAgo(90),
  notBefore: minutesAgo(80),
  expiresAt: minutesAgo(-1),
};

describe("storedKeyReport", () => {
  describe("when a key is in the database", () => {
    it("shows its state and since when, without key material", () => {
      const report = storedKeyReport(key, now);
      expect(report).toEqual({
        kid: "k1",
        state: "previous",
        algorithm: "ES256",
        publishedSince: "2026-11-21T07:30:00.000Z",
        signsSince: "2026-11-21T07:40:00.000Z",
        acceptedUntil: "2026-11-21T09:01:00.000Z",
      });
    });

    it("shows until when its tokens are accepted", () => {
      const { state } = storedKeyReport(key, now + 60_000);
      expect(state).toBe("expired");
    });
  });
});

describe("keyTable", () => {
  describe("when there are keys", () => {
    it("shows them in columns", () => {
      const jwk = { kid: "from-pem", alg: "RS256", use: "sig" } as const;
      const table = keyTable([
        storedKeyReport({ ...key, state: "next", notBefore: null }, now),
        configuredKeyReport(jwk, true),
      ]);
      expect(table.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
        [
          ...["KID", "STATE", "ALG"],
          ...["PUBLISHED SINCE", "SIGNS SINCE", "ACCEPTED UNTIL"],
        ],
        [
          ...["k1", "next", "ES256", "2026-11-21T07:30:00.000Z", "-"],
          "2026-11-21T09:01:00.000Z",
        ],
        ["from-pem", "current", "RS256", "-", "-", "-"],
      ]);
    });
  });
});

describe("rotationReport", () => {
  const before = { kind: "rotated-before", kid: "k2" } as const;

  describe("when the next key has become current", () => {
    it.each<[RotationOutcome, RegExp]>([
      [
        { kind: "rotated", kid: "k2", previousKid: "k1" },
        /k2 signs from now on, within 30 s on every instance.*k1 is accepted/,
      ],
      [
        { ...before, since: minutesAgo(1) },
        /Nothing to do: key k2 has been signing since/,
      ],
      // Small clock skew.
      [{ ...before, since: minutesAgo(-1) }, /Nothing to do/],
    ])("is done: %j", (outcome, text) => {
      const report = rotationReport(outcome, now);
      expect(report.refused).toBe(false);
      expect(report.text).toMatch(text);
    });
  });

  describe("when the rotation is refused", () => {
    it.each<[RotationOutcome, RegExp]>([
      [
        { kind: "too-early", nextKid: "k2", from: minutesAgo(-5) },
        /may sign from 2026-11-21T09:05:00.000Z on/,
      ],
      [{ kind: "no-keys" }, /creates them when it starts/],
      [{ ...before, since: minutesAgo(-2) }, /clock is wrong, or the clock of/],
    ])("is refused: %j", (outcome, text) => {
      const report = rotationReport(outcome, now);
      expect(report.refused).toBe(true);
      expect(report.text).toMatch(text);
    });
  });
});

describe("removalReport", () => {
  const removed = { kind: "removed", successor: null } as const;
  const signs = { ...removed, state: "current" } as const;
  const until = "2026-11-21T09:05:00.000Z";

  describe("when a key was removed", () => {
    it.each<[RemovalOutcome, string[]]>([
      [
        { ...removed, state: "next" },
        ["next key k1 has been removed", "A new one takes"],
      ],
      [
        { ...removed, state: "previous" },
        [
          "here within 30 s, and within 330 s by everyone who verifies with the JWKS",
        ],
      ],
      [
        { ...signs, successor: { kid: "k2", unknownUntil: null } },
        ["The current key k1 has been removed", "Key k2 signs from now on."],
      ],
      [
        { ...signs, successor: { kid: "k2", unknownUntil: new Date(until) } },
        ["Key k2 signs from now on.", `It is new: until ${until}`],
      ],
    ])("is done: %j", (outcome, texts) => {
      const report = removalReport("k1", outcome);
      expect(report.refused).toBe(false);
      for (const text of texts) expect(report.text).toContain(text);
      expect(report.text.includes("It is new")).toBe(
        texts.some((text) => text.startsWith("It is new")),
      );
    });
  });

  describe("when it is not", () => {
    it.each<[RemovalOutcome, string]>([
      [{ kind: "signs" }, "keys rotate --emergency k1"],
      [{ kind: "unknown" }, "There is no key k1 (any more)"],
    ])("is refused: %j", (outcome, text) => {
      const report = removalReport("k1", outcome);
      expect(report.refused).toBe(true);
      expect(report.text).toContain(text);
    });
  });
});
