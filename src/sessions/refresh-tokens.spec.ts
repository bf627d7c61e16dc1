import { createHmac } from "node:crypto";
import { Clock } from "../common/clock.port";
import { deriveKey } from "../common/secret-key";
import { RefreshTokens } from "./refresh-tokens";
import type { Session } from "./session-store.port";

const now = 1_763_700_000_000;
const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const id = "019aa0b5-1c00-7000-8000-000000000002";
const salt = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

class FrozenClock extends Clock {
  override now(): number {
    return now;
  }
}

function tokensUnder(secret = secretKey): RefreshTokens {
  return new RefreshTokens(
    { idleTtlSeconds: 3600, maxTtlSeconds: 7200, secretKey: secret },
    new FrozenClock(),
  );
}

function inSeconds(seconds: number): Date {
  return new Date(now + seconds * 1000);
}

function sessionWith(changes: Partial<Session> = {}): Session {
  return {
    id,
    userId: "019aa0b5-1c00-7000-8000-000000000001",
    clientId: "123-web.apps.googleusercontent.com",
    salt,
    generation: 1,
    rotatedAt: inSeconds(0),
    idleExpiresAt: inSeconds(3600),
    absoluteExpiresAt: inSeconds(7200),
    device: null,
    ip: null,
    userAgent: null,
    createdAt: inSeconds(0),
    lastUsedAt: inSeconds(0),
    revokedAt: null,
    revokedReason: null,
    ...changes,
  };
}

function tokenOf(changes: Partial<Session> = {}, secret = secretKey): string {
  return tokensUnder(secret).issue(sessionWith(changes)).token;
}

describe("RefreshTokens", () => {
  describe("when a token is derived", () => {
    it("is the session, the generation and their MAC under the salt", () => {
      const mac = createHmac("sha256", deriveKey(secretKey, "refresh-token"))
        .update(Buffer.concat([salt, Buffer.from(`${id}.3`)]))
        .digest("base64url");
      expect(tokenOf({ generation: 3 })).toBe(`v1.${id}.3.${mac}`);
    });

    // A deployment that derives another token signs everybody out.
    it("is the token that the first release derived", () => {
      expect(tokenOf()).toBe(
        `v1.${id}.1.yHZBfUCzYMF6-20K1Lfbvbdm3NZjFCajfcDYMjI3t0c`,
      );
    });

    it("is the same for every instance and whatever else changes", () => {
      const changes = {
        idleExpiresAt: inSeconds(1),
        rotatedAt: inSeconds(-1),
        device: "phone",
        revokedAt: inSeconds(0),
      };
      expect(tokenOf(changes)).toBe(tokenOf());
    });
  });

  describe("when what it is derived from is another", () => {
    const macOf = (token: string) => token.split(".")[3];

    it.each<[string, Partial<Session>, string]>([
      ["generation", { generation: 2 }, secretKey],
      ["salt", { salt: Buffer.alloc(16) }, secretKey],
      ["session", { id: id.replace(/2$/, "3") }, secretKey],
      ["secret", {}, `${secretKey}!`],
    ])("has another MAC: the %s", (_what, changes, secret) => {
      const mac = macOf(tokenOf(changes, secret));
      expect(mac).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(mac).not.toBe(macOf(tokenOf()));
    });
  });

  describe("when its life is told", () => {
    const expiresInWith = (idle: number, absolute: number) =>
      tokensUnder().issue(
        sessionWith({
          idleExpiresAt: inSeconds(idle),
          absoluteExpiresAt: inSeconds(absolute),
        }),
      ).expiresIn;

    it("ends with whichever of the two comes first", () => {
      expect(expiresInWith(3600, 7200)).toBe(3600);
      expect(expiresInWith(3600, 60)).toBe(60);
    });

    it("is a whole number of seconds", () => {
      expect(expiresInWith(3600.4, 7200)).toBe(3600);
    });

    it("is nothing when the session is over", () => {
      expect(expiresInWith(0, 7200)).toBe(0);
      expect(expiresInWith(-1, 7200)).toBe(0);
      expect(expiresInWith(3600, -86400)).toBe(0);
    });
  });
});
