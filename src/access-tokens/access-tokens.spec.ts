import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { JwtService } from "@nestjs/jwt";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { AccessTokens } from "./access-tokens";
import { localSigningKey } from "../signing-keys/signing-keys.port";
import {
  type SigningKey,
  SigningKeys,
  type VerificationKey,
} from "../signing-keys/signing-keys.port";

const startSeconds = 1_763_700_000;
const options = {
  issuer: "https://auth.corp.example",
  audience: "https://api.corp.example",
  accessTokenTtlSeconds: 900,
  secretKey: "unused",
};
const subject = {
  userId: "019aa0b5-1c00-7000-8000-000000000001",
  sessionId: "019aa0b5-1c00-7000-8000-000000000002",
  clientId: "123-web.apps.googleusercontent.com",
  roles: ["editor", "admin"],
  authenticatedAt: new Date((startSeconds - 100) * 1000 + 999),
};

class FrozenClock extends Clock {
  seconds = startSeconds;

  override now(): number {
    return this.seconds * 1000 + 999;
  }
}

type MemoryKey = SigningKey & VerificationKey;

function es256Key(kid: string): MemoryKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = createPublicKey(privateKey);
  return { ...localSigningKey(kid, "ES256", privateKey), publicKey };
}

/** Keys in memory; the newest signs. */
class MemorySigningKeys extends SigningKeys {
  private readonly keys = new Map<string, MemoryKey>();

  constructor(...keys: readonly MemoryKey[]) {
    super();
    for (const key of keys) this.add(key);
  }

  override current(): SigningKey {
    const newest = [...this.keys.values()].at(-1);
    if (newest) return newest;
    throw new AuthError("service_unavailable", { reason: "no_key" });
  }

  override find(kid: string): VerificationKey | null {
    return this.keys.get(kid) ?? null;
  }

  override published() {
    return [];
  }

  add(key: MemoryKey): void {
    this.keys.set(key.kid, key);
  }

  withdraw(kid: string): void {
    this.keys.delete(kid);
  }
}

type Part = Readonly<Record<string, unknown>>;

let clock: FrozenClock;
let keys: MemorySigningKeys;
let jwt: JwtService;
let tokens: AccessTokens;

beforeEach(() => {
  clock = new FrozenClock();
  keys = new MemorySigningKeys(es256Key("k0"), es256Key("k1"));
  jwt = new JwtService({});
  tokens = new AccessTokens(jwt, keys, clock, options);
});

function decode(segment: string | undefined): Part {
  const text = Buffer.from(segment ?? "", "base64url").toString();
  return JSON.parse(text) as Part;
}

function expectRefusal(token: string, reason: string): void {
  let refusal: unknown;
  try {
    tokens.verify(token);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(AuthError);
  expect(refusal).toMatchObject({
    code: "unauthenticated",
    // Compares the whole message, so it cannot contain a part of the token.
    message: `unauthenticated: ${reason}`,
  });
  expect((refusal as AuthError).cause).toBeUndefined();
}

describe("AccessTokens", () => {
  describe("when a token is issued", () => {
    it("has exactly the header and the claims of RFC 9068", async () => {
      const { token, expiresIn } = await tokens.issue(subject);
      const [header, claims] = token.split(".");
      expect(expiresIn).toBe(900);
      expect(decode(header)).toEqual({
        alg: "ES256",
        typ: "at+jwt",
        kid: "k1",
      });
      const { jti, ...others } = decode(claims);
      expect(jti).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(others).toEqual({
        iss: "https://auth.corp.example",
        aud: "https://api.corp.example",
        sub: subject.userId,
        sid: subject.sessionId,
        iat: startSeconds,
        exp: startSeconds + 900,
        auth_time: startSeconds - 100,
        client_id: subject.clientId,
        roles: ["editor", "admin"],
        scope: "user",
      });
    });

    it("gives every token its own id", async () => {
      const issued = await Promise.all(
        Array.from({ length: 20 }, () => tokens.issue(subject)),
      );
      const ids = issued.map(({ token }) => tokens.verify(token).tokenId);
      expect(new Set(ids).size).toBe(20);
    });

    it("fails as unavailable while there is no key", async () => {
      keys.withdraw("k0");
      keys.withdraw("k1");
      await expect(tokens.issue(subject)).rejects.toMatchObject({
        code: "service_unavailable",
      });
    });
  });

  describe("when a valid token is verified", () => {
    it("returns its user", async () => {
      const { token } = await tokens.issue(subject);
      expect(tokens.verify(token)).toMatchObject({
        userId: subject.userId,
        sessionId: subject.sessionId,
        clientId: subject.clientId,
        roles: ["editor", "admin"],
        scopes: ["user"],
        confirmation: null,
        expiresAt: startSeconds + 900,
      });
    });

    it("checks the signature once during its lifetime", async () => {
      const check = jest.spyOn(jwt, "verify");
      const { token } = await tokens.issue(subject);
      const principal = tokens.verify(token);
      expect(tokens.verify(token)).toBe(principal);
      expect(check).toHaveBeenCalledTimes(1);
    });
  });

  describe("when the token has expired", () => {
    const endSeconds = startSeconds + options.accessTokenTtlSeconds;

    it("refuses it from exp on, even if it is cached", async () => {
      const { token } = await tokens.issue(subject);
      clock.seconds = endSeconds - 1;
      expect(tokens.verify(token).userId).toBe(subject.userId);
      clock.seconds = endSeconds;
      expectRefusal(token, "expired");
    });

    it("refuses it if it is not cached", async () => {
      const { token } = await tokens.issue(subject);
      clock.seconds = endSeconds;
      expectRefusal(token, "not_accepted");
    });
  });

  describe("when its key is withdrawn", () => {
    it("refuses it, even if it is cached", async () => {
      const { token } = await tokens.issue(subject);
      expect(tokens.verify(token).userId).toBe(subject.userId);
      keys.withdraw("k1");
      expectRefusal(token, "unknown_key");
      expectRefusal(token, "unknown_key");
      const { token: next } = await tokens.issue(subject);
      expect(tokens.verify(next).userId).toBe(subject.userId);
    });
  });
});
