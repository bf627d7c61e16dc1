import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { JwtService } from "@nestjs/jwt";
import { AuthError } from "../common/auth-error";
import { SystemClock } from "../common/clock.port";
import { AccessTokens } from "./access-tokens";
import { PemSigningKeys } from "../signing-keys/pem-signing-keys";
import {
  type SigningKey,
  SigningKeys,
} from "../signing-keys/signing-keys.port";

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
  roles: ["editor"],
  authenticatedAt: new Date(),
};

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

function pem({ privateKey }: { privateKey: KeyObject }): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Configured keys with a remote signer. */
class RemoteSigningKeys extends SigningKeys {
  private readonly keys = new PemSigningKeys({ signingKeyPem: pem(ec) });

  constructor(private readonly remote: SigningKey["sign"]) {
    super();
  }

  override current(): SigningKey {
    return { ...this.keys.current(), sign: this.remote };
  }

  override find(kid: string) {
    return this.keys.find(kid);
  }

  override published() {
    return this.keys.published();
  }
}

function tokensWith(keys: SigningKeys): AccessTokens {
  return new AccessTokens(new JwtService({}), keys, new SystemClock(), options);
}

function headerOf(token: string): unknown {
  const [header = ""] = token.split(".");
  return JSON.parse(Buffer.from(header, "base64url").toString());
}

function expectRefused(tokens: AccessTokens, token: string): void {
  expect(() => tokens.verify(token)).toThrow("unauthenticated: not_accepted");
}

describe("AccessTokens", () => {
  describe("when the key is an RSA key", () => {
    it("signs with RS256, and accepts no other algorithm of that key", async () => {
      const keys = new PemSigningKeys({ signingKeyPem: pem(rsa) });
      const tokens = tokensWith(keys);
      const { token } = await tokens.issue(subject);
      const header = headerOf(token);
      const { kid } = keys.current();
      expect(header).toEqual({ alg: "RS256", typ: "at+jwt", kid });
      expect(tokens.verify(token).userId).toBe(subject.userId);
      expectRefused(
        tokens,
        withHeader(token, { ...(header as object), alg: "ES256" }),
      );
    });
  });

  describe("when there are keys of two algorithms", () => {
    const keys = new PemSigningKeys({
      signingKeyPem: pem(ec),
      previousSigningKeyPem: pem(rsa),
    });
    const tokens = tokensWith(keys);
    const [ecKid, rsaKid] = keys.published().map(({ kid }) => kid);

    it("verifies tokens of both, each with its own key", async () => {
      const before = new PemSigningKeys({ signingKeyPem: pem(rsa) });
      const { token } = await tokensWith(before).issue(subject);
      expect(tokens.verify(token).userId).toBe(subject.userId);
    });

    it.each([
      ["ES256", "the RSA key", rsaKid, ec.privateKey],
      ["RS256", "the EC key", ecKid, rsa.privateKey],
      ["ES256", "the EC key, but is signed by another", ecKid, rsa.privateKey],
      ["RS256", "the RSA key, but is signed by another", rsaKid, ec.privateKey],
    ])("refuses %s with the kid of %s", async (alg, _whose, kid, signer) => {
      const { token } = await tokens.issue(subject);
      const forged = withHeader(token, { alg, typ: "at+jwt", kid }, signer);
      expectRefused(tokens, forged);
    });
  });

  describe("when the private key is remote", () => {
    const signRemotely = (input: Buffer) =>
      sign("sha256", input, { key: ec.privateKey, dsaEncoding: "ieee-p1363" });

    it("waits for the signature, in any type of byte array", async () => {
      const bytes = (input: Buffer) => {
        const padded = Buffer.concat([Buffer.alloc(3), signRemotely(input)]);
        return new Uint8Array(padded).subarray(3);
      };
      const remotes = [signRemotely, bytes].map(
        (remote) => (input: Buffer) => Promise.resolve(remote(input)),
      );
      for (const remote of remotes) {
        const tokens = tokensWith(new RemoteSigningKeys(remote));
        const { token } = await tokens.issue(subject);
        expect(tokens.verify(token).userId).toBe(subject.userId);
      }
    });

    it("is unavailable while the key is, with the cause for the log", async () => {
      const cause = new Error("ECONNREFUSED");
      const keys = new RemoteSigningKeys(() => Promise.reject(cause));
      await expect(tokensWith(keys).issue(subject)).rejects.toMatchObject({
        code: "service_unavailable",
        reason: "signing_failed",
        retryAfterSeconds: 5,
        cause,
      });
    });

    it("passes on an AuthError of the key", async () => {
      const error = new AuthError("service_unavailable", { reason: "quota" });
      const keys = new RemoteSigningKeys(() => {
        throw error;
      });
      await expect(tokensWith(keys).issue(subject)).rejects.toBe(error);
    });

    it("issues no token with a signature in DER", async () => {
      const der = (input: Buffer) => sign("sha256", input, ec.privateKey);
      await expect(
        tokensWith(new RemoteSigningKeys(der)).issue(subject),
      ).rejects.toThrow("64 bytes");
    });
  });

  describe("when the app adds claims", () => {
    const tokens = tokensWith(new PemSigningKeys({ signingKeyPem: pem(ec) }));
    const claims = { tenant: "acme" };
    const confirmation = { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" };

    it("returns them, with the scope and the key it is bound to", async () => {
      const { token } = await tokens.issue({
        ...subject,
        ...{ claims, confirmation, scope: "sign_up notes:read" },
      });
      expect(tokens.verify(token)).toMatchObject({
        userId: subject.userId,
        scopes: ["sign_up", "notes:read"],
        confirmation,
        claims: { ...claims, cnf: confirmation },
      });
    });

    it("refuses to issue a token that is too large to accept", async () => {
      const large = { padding: "x".repeat(5700) };
      await expect(tokens.issue({ ...subject, claims: large })).rejects.toThrow(
        RangeError,
      );
      const { token } = await tokens.issue({
        ...subject,
        claims: { padding: "x".repeat(5000) },
      });
      expect(tokens.verify(token).userId).toBe(subject.userId);
    });

    it("refuses an app's claim that replaces the user", async () => {
      const forged = { ...subject, claims: { sub: "somebody else" } };
      await expect(tokens.issue(forged)).rejects.toThrow(TypeError);
    });
  });
});

/** The same claims with another header, signed again if a key is given. */
function withHeader(token: string, header: object, key?: KeyObject): string {
  const [, payload, signature] = token.split(".");
  const segment = Buffer.from(JSON.stringify(header)).toString("base64url");
  const input = `${segment}.${payload}`;
  if (!key) return `${input}.${signature}`;
  const signed = sign("sha256", Buffer.from(input), {
    key,
    dsaEncoding: "ieee-p1363",
  });
  return `${input}.${signed.toString("base64url")}`;
}
