import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { JwtService } from "@nestjs/jwt";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { AccessTokens } from "./access-tokens";
import { type SigningKey, SigningKeys } from "./signing-keys.port";

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

/** Keys in memory; the newest signs. */
class MemorySigningKeys extends SigningKeys {
  private readonly keys = new Map<string, SigningKey>();

  constructor(...kids: readonly string[]) {
    super();
    for (const kid of kids) {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      this.keys.set(kid, { kid, algorithm: "ES256", privateKey });
    }
  }

  override current(): SigningKey {
    const newest = [...this.keys.values()].at(-1);
    if (newest) return newest;
    throw new AuthError("service_unavailable", { reason: "no_key" });
  }

  override find(kid: string): KeyObject | null {
    const key = this.keys.get(kid);
    return key ? createPublicKey(key.privateKey) : null;
  }

  override published() {
    return [];
  }

  withdraw(kid: string): void {
    this.keys.delete(kid);
  }
}

type Part = Readonly<Record<string, unknown>>;
type Signer = (input: string) => Buffer;

let clock: FrozenClock;
let keys: MemorySigningKeys;
let jwt: JwtService;
let tokens: AccessTokens;

beforeEach(() => {
  clock = new FrozenClock();
  keys = new MemorySigningKeys("k0", "k1");
  jwt = new JwtService({});
  tokens = new AccessTokens(jwt, keys, clock, options);
});

function decode(segment: string | undefined): Part {
  const text = Buffer.from(segment ?? "", "base64url").toString();
  return JSON.parse(text) as Part;
}

function encode(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A good signature of our newest key, whatever is signed. */
function es256(input: string): Buffer {
  const key = keys.current().privateKey;
  return sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
}

/** A good token with some of it changed; undefined leaves a member out. */
function forge(
  header: Part,
  claims: Part = {},
  signer: Signer = es256,
): string {
  const [goodHeader, goodClaims] = tokens.issue(subject).token.split(".");
  const input = [
    encode({ ...decode(goodHeader), ...header }),
    encode({ ...decode(goodClaims), ...claims }),
  ].join(".");
  return `${input}.${signer(input).toString("base64url")}`;
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
    // The whole message: nothing of the token can be in it.
    message: `unauthenticated: ${reason}`,
  });
  expect((refusal as AuthError).cause).toBeUndefined();
}

describe("AccessTokens", () => {
  describe("when a token is issued", () => {
    it("has exactly the header and the claims of RFC 9068", () => {
      const { token, expiresIn } = tokens.issue(subject);
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

    it("gives every token an id of its own", () => {
      const ids = Array.from({ length: 20 }, () => {
        const { token } = tokens.issue(subject);
        return tokens.verify(token).tokenId;
      });
      expect(new Set(ids).size).toBe(20);
    });

    it("fails as unavailable while there is no key", () => {
      keys.withdraw("k0");
      keys.withdraw("k1");
      expect(() => tokens.issue(subject)).toThrow("service_unavailable");
    });
  });

  describe("when a good token is verified", () => {
    it("returns the user it was issued for", () => {
      const { token } = tokens.issue(subject);
      expect(tokens.verify(token)).toMatchObject({
        userId: subject.userId,
        sessionId: subject.sessionId,
        clientId: subject.clientId,
        roles: ["editor", "admin"],
        scopes: ["user"],
        expiresAt: startSeconds + 900,
      });
    });

    it("checks the signature once for as long as it lives", () => {
      const check = jest.spyOn(jwt, "verify");
      const { token } = tokens.issue(subject);
      const principal = tokens.verify(token);
      expect(tokens.verify(token)).toBe(principal);
      expect(check).toHaveBeenCalledTimes(1);
    });

    it("accepts what this spec forges when nothing is changed", () => {
      expect(tokens.verify(forge({})).userId).toBe(subject.userId);
    });
  });

  describe("when the token has ended", () => {
    const endSeconds = startSeconds + options.accessTokenTtlSeconds;

    it("refuses it in the second of exp, also when it is remembered", () => {
      const { token } = tokens.issue(subject);
      clock.seconds = endSeconds - 1;
      expect(tokens.verify(token).userId).toBe(subject.userId);
      clock.seconds = endSeconds;
      expectRefusal(token, "expired");
    });

    it("refuses it when it was never seen before", () => {
      const { token } = tokens.issue(subject);
      clock.seconds = endSeconds;
      expectRefusal(token, "not_accepted");
    });
  });

  describe("when its key is withdrawn", () => {
    it("refuses it, also when it is remembered", () => {
      const { token } = tokens.issue(subject);
      expect(tokens.verify(token).userId).toBe(subject.userId);
      keys.withdraw("k1");
      expectRefusal(token, "unknown_key");
    });

    it("accepts tokens of the key that stays", () => {
      const { token } = new AccessTokens(jwt, keys, clock, options).issue(
        subject,
      );
      const older = forge({ kid: "k0" });
      expect(tokens.verify(token).userId).toBe(subject.userId);
      // Signed by k1: the name of another key does not make it good.
      expectRefusal(older, "not_accepted");
    });
  });

  describe("when the header lies about the signature", () => {
    it.each(["none", "None", "NONE"])("refuses alg %s", (alg) => {
      expectRefusal(
        forge({ alg }, {}, () => Buffer.alloc(0)),
        "malformed_token",
      );
      expectRefusal(forge({ alg }), "malformed_token");
    });

    const secrets: [string, (key: KeyObject) => string | Buffer][] = [
      ["PEM", (key) => key.export({ type: "spki", format: "pem" })],
      ["DER", (key) => key.export({ type: "spki", format: "der" })],
      ["JWK", (key) => JSON.stringify(key.export({ format: "jwk" }))],
    ];
    it.each(secrets)(
      "refuses our public key as a secret, in %s",
      (_as, secret) => {
        const key = secret(createPublicKey(keys.current().privateKey));
        const hmac: Signer = (input) =>
          createHmac("sha256", key).update(input).digest();
        expectRefusal(forge({ alg: "HS256" }, {}, hmac), "malformed_token");
        expectRefusal(forge({}, {}, hmac), "not_accepted");
      },
    );

    it.each([
      ["JWT", "wrong_type"],
      ["jwt", "wrong_type"],
      [undefined, "wrong_type"],
    ])("refuses typ %j", (typ, reason) => {
      expectRefusal(forge({ typ }), reason);
    });

    it.each([
      ["k9", "unknown_key"],
      ["__proto__", "unknown_key"],
      ["constructor", "unknown_key"],
      ["", "unknown_key"],
      [undefined, "malformed_token"],
      [["k1"], "malformed_token"],
    ])("refuses kid %j", (kid, reason) => {
      expectRefusal(forge({ kid }), reason);
    });

    it("refuses crit", () => {
      expectRefusal(forge({ crit: ["exp"] }), "malformed_token");
    });

    it("obeys no key that the token brings along", () => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", {
        namedCurve: "P-256",
      });
      const foreign: Signer = (input) =>
        sign("sha256", Buffer.from(input), {
          key: privateKey,
          dsaEncoding: "ieee-p1363",
        });
      const jwk = publicKey.export({ format: "jwk" });
      expectRefusal(forge({ jwk }, {}, foreign), "not_accepted");
    });
  });

  describe("when the signature is not ours", () => {
    it.each([
      ["missing", () => Buffer.alloc(0)],
      ["all zero", () => Buffer.alloc(64)],
      ["too short", (input) => es256(input).subarray(1)],
      ["of another text", (input) => es256(`${input} `)],
      [
        "in DER",
        (input) =>
          sign("sha256", Buffer.from(input), keys.current().privateKey),
      ],
    ] satisfies [string, Signer][])(
      "refuses one that is %s",
      (_what, signer) => {
        expectRefusal(forge({}, {}, signer), "not_accepted");
      },
    );

    it.each([0, 1, 2])("refuses a change of segment %i", (index) => {
      const { token } = tokens.issue(subject);
      const segments = token.split(".");
      const segment = segments[index] ?? "";
      // Every character: some break the form, all break the token.
      for (let at = 0; at < segment.length; at += 1) {
        const other = segment[at] === "A" ? "B" : "A";
        const changed = segment.slice(0, at) + other + segment.slice(at + 1);
        expect(() =>
          tokens.verify(segments.with(index, changed).join(".")),
        ).toThrow(AuthError);
      }
      expect(tokens.verify(token).userId).toBe(subject.userId);
    });

    it.each([" ", "\n", "=", "A"])("refuses %j after it", (extra) => {
      const { token } = tokens.issue(subject);
      expectRefusal(token + extra, "malformed_token");
    });
  });

  describe("when the claims are not for us, with a good signature", () => {
    it.each<[string, Part]>([
      ["another issuer", { iss: "https://evil.example" }],
      ["an issuer with a slash", { iss: `${options.issuer}/` }],
      ["an issuer in a list", { iss: [options.issuer] }],
      ["no issuer", { iss: undefined }],
      ["another audience", { aud: "https://other.example" }],
      ["audiences without us", { aud: ["https://other.example", "x"] }],
      ["no audience", { aud: undefined }],
      ["an exp in the past", { exp: startSeconds - 1 }],
      ["an exp as text", { exp: String(startSeconds + 900) }],
      ["an nbf in the future", { nbf: startSeconds + 1 }],
    ])("refuses %s", (_what, claims) => {
      expectRefusal(forge({}, claims), "not_accepted");
    });

    it.each<[string, Part, string]>([
      ["no exp", { exp: undefined }, "claims_invalid"],
      ["exp null", { exp: null }, "not_accepted"],
      ["a broken exp", { exp: startSeconds + 0.5 }, "claims_invalid"],
      ["a sub that is no UUID", { sub: "' OR 1=1--" }, "claims_invalid"],
      ["iat too far ahead", { iat: startSeconds + 61 }, "issued_in_future"],
    ])("refuses %s", (_what, claims, reason) => {
      expectRefusal(forge({}, claims), reason);
    });

    it("accepts iat a minute ahead", () => {
      const token = forge({}, { iat: startSeconds + 60 });
      expect(tokens.verify(token).issuedAt).toBe(startSeconds + 60);
    });

    it("refuses a token that is too large", () => {
      const large = forge({}, { padding: "x".repeat(8192) });
      expectRefusal(large, "malformed_token");
    });
  });
});
