import { createHash, createHmac } from "node:crypto";
import { deriveKey } from "../common/secret-key";
import { isOfSession, RefreshTokens } from "./refresh-tokens";
import type { Session } from "./session-store.port";

const now = 1_763_700_000_000;
const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
const id = "019aa0b5-1c00-7000-8000-000000000002";
const salt = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

const randomSalt = Buffer.alloc(16, 1);

function tokensUnder(
  secret = secretKey,
  previousSecretKey: string | null = null,
): RefreshTokens {
  return new RefreshTokens({
    idleTtlSeconds: 3600,
    maxTtlSeconds: 7200,
    maxPerUser: 100,
    refreshGraceSeconds: 10,
    refreshLateRetries: 3,
    accessTokenTtlSeconds: 900,
    secretKey: secret,
    previousSecretKey,
  });
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
    rotations: [],
    lateRetries: [],
    identityDigest: Buffer.alloc(32),
    keyThumbprint: null,
    idleExpiresAt: inSeconds(3600),
    absoluteExpiresAt: inSeconds(7200),
    device: null,
    ip: null,
    userAgent: null,
    provedAt: inSeconds(0),
    authenticatedAt: inSeconds(0),
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
    it("consists of the session, the generation, a MAC with the salt, and a tag over all of it", () => {
      const mac = (purpose: string, ...content: (string | Buffer)[]) => {
        const hmac = createHmac("sha256", deriveKey(secretKey, purpose));
        for (const part of content) hmac.update(part);
        return hmac.digest();
      };
      const proof = createHash("sha256")
        .update(salt)
        .update(mac("refresh-token", `${id}.3`))
        .digest();
      const tag = mac("refresh-token-tag", `${id}.3.`, proof).subarray(0, 16);
      const encoded = Buffer.concat([proof, tag]).toString("base64url");
      expect(tokenOf({ generation: 3 })).toBe(`v1.${id}.3.${encoded}`);
    });

    // A release that derives other tokens would sign out every user.
    it("equals the token of the first release", () => {
      expect(tokenOf()).toBe(
        `v1.${id}.1._VPfJ7PIjiVXIfVUpDeutdsRicrnE91toLjJ59QZwgHXCMwfSQRWOALxEJJw_1jb`,
      );
    });

    it("is the same on every instance, regardless of other columns", () => {
      const changes = {
        idleExpiresAt: inSeconds(1),
        rotations: [inSeconds(-1)],
        device: "phone",
        revokedAt: inSeconds(0),
      };
      expect(tokenOf(changes)).toBe(tokenOf());
    });
  });

  describe("when an input of the derivation differs", () => {
    const macOf = (token: string) => token.split(".")[3];

    it.each<[string, Partial<Session>, string]>([
      ["generation", { generation: 2 }, secretKey],
      ["salt", { salt: Buffer.alloc(16) }, secretKey],
      ["session", { id: id.replace(/2$/, "3") }, secretKey],
      ["secret", {}, `${secretKey}!`],
    ])("has another MAC: the %s", (_what, changes, secret) => {
      const mac = macOf(tokenOf(changes, secret));
      expect(mac).toMatch(/^[A-Za-z0-9_-]{64}$/);
      expect(mac).not.toBe(macOf(tokenOf()));
    });
  });

  describe("when a token is presented", () => {
    const session = sessionWith({ generation: 7 });
    const good = tokensUnder().issue(session).token;

    it("can be read, and verified only with its own session", () => {
      const read = tokensUnder().read(good);
      expect(read).toMatchObject({ sessionId: id, generation: 7 });
      if (!read) throw new Error("The token was not read");
      expect(isOfSession(read, session)).toBe(true);
      expect(isOfSession(read, { ...session, salt: randomSalt })).toBe(false);
      const other = { ...session, id: id.replace(/2$/, "3") };
      expect(isOfSession(read, other)).toBe(false);
    });

    it("is refused after a change of any character", () => {
      for (let place = 0; place < good.length; place++) {
        for (const other of ["A", "0", "7", ".", "-"]) {
          if (good[place] === other) continue;
          const altered = good.slice(0, place) + other + good.slice(place + 1);
          expect([altered, tokensUnder().read(altered)]).toEqual([
            altered,
            null,
          ]);
        }
      }
    });

    it.each([
      "",
      "v1",
      "v1...",
      good.slice(0, -1),
      `${good}A`,
      `${good}\n`,
      ` ${good}`,
      good.toUpperCase(),
      good.replace("v1", "v2"),
      good.replace(".7.", ".07."),
      good.replace(".7.", ".7e0."),
      `${good}=`,
      "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
    ])("%j is not one", (text) => {
      expect(tokensUnder().read(text)).toBeNull();
    });

    it("can still be read after a change of the secret while the old one is configured", () => {
      const newSecret = `${secretKey}!`;
      expect(tokensUnder(newSecret).read(good)).toBeNull();
      const read = tokensUnder(newSecret, secretKey).read(good);
      if (!read) throw new Error("The token was not read");
      expect(isOfSession(read, session)).toBe(true);
    });
  });

  describe("when its lifetime is reported", () => {
    const expiresInWith = (idle: number, absolute: number) =>
      tokensUnder().issue(
        sessionWith({
          idleExpiresAt: inSeconds(idle),
          absoluteExpiresAt: inSeconds(absolute),
        }),
      ).expiresIn;

    it("is the shorter of the two", () => {
      expect(expiresInWith(3600, 7200)).toBe(3600);
      expect(expiresInWith(3600, 60)).toBe(60);
    });

    it("is a whole number of seconds", () => {
      expect(expiresInWith(3600.4, 7200)).toBe(3600);
    });

    it("is zero after the session has ended", () => {
      expect(expiresInWith(0, 7200)).toBe(0);
      expect(expiresInWith(-1, 7200)).toBe(0);
      expect(expiresInWith(3600, -86400)).toBe(0);
    });
  });
});
