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
  roles: ["editor"],
  authenticatedAt: new Date(startSeconds * 1000),
};

class FrozenClock extends Clock {
  override now(): number {
    return startSeconds * 1000;
  }
}

/** Two keys in memory: k1 signs, k0 is older. */
class MemorySigningKeys extends SigningKeys {
  private readonly keys = new Map(
    ["k0", "k1"].map((kid) => [
      kid,
      generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ]),
  );

  get privateKey(): KeyObject {
    const privateKey = this.keys.get("k1")?.privateKey;
    if (privateKey) return privateKey;
    throw new Error("k1 always exists");
  }

  override current(): SigningKey {
    return localSigningKey("k1", "ES256", this.privateKey);
  }

  override find(kid: string): VerificationKey | null {
    const publicKey = this.keys.get(kid)?.publicKey;
    return publicKey ? { algorithm: "ES256", publicKey } : null;
  }

  override published() {
    return [];
  }
}

type Part = Readonly<Record<string, unknown>>;
type Signer = (input: string) => Buffer;

let keys: MemorySigningKeys;
let tokens: AccessTokens;
/** A valid token. */
let issued: string;

beforeEach(async () => {
  keys = new MemorySigningKeys();
  tokens = new AccessTokens(
    new JwtService({}),
    keys,
    new FrozenClock(),
    options,
  );
  issued = (await tokens.issue(subject)).token;
});

function decode(segment: string | undefined): Part {
  const text = Buffer.from(segment ?? "", "base64url").toString();
  return JSON.parse(text) as Part;
}

function encode(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function es256(input: string, key = keys.privateKey): Buffer {
  return sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
}

/** A valid token with changes; undefined omits a member. */
function forge(changes: { header?: Part; claims?: Part; signer?: Signer }) {
  const [header, claims] = issued.split(".");
  const { signer = es256 } = changes;
  const input = [
    encode({ ...decode(header), ...changes.header }),
    encode({ ...decode(claims), ...changes.claims }),
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
    // Compares the whole message, so it cannot contain a part of the token.
    message: `unauthenticated: ${reason}`,
  });
  expect((refusal as AuthError).cause).toBeUndefined();
}

describe("AccessTokens", () => {
  describe("when nothing is forged", () => {
    it("accepts the token", () => {
      expect(tokens.verify(forge({})).userId).toBe(subject.userId);
    });
  });

  describe("when the header is not ours, with a valid signature", () => {
    it.each<[Part, string]>([
      [{ alg: "none" }, "malformed_token"],
      [{ alg: "None" }, "malformed_token"],
      [{ alg: "HS256" }, "malformed_token"],
      // One of our algorithms, but not of this key.
      [{ alg: "RS256" }, "not_accepted"],
      [{ typ: "JWT" }, "wrong_type"],
      [{ typ: undefined }, "wrong_type"],
      [{ kid: "k9" }, "unknown_key"],
      [{ kid: "__proto__" }, "unknown_key"],
      [{ kid: "constructor" }, "unknown_key"],
      [{ kid: "" }, "unknown_key"],
      [{ kid: undefined }, "malformed_token"],
      [{ kid: ["k1"] }, "malformed_token"],
      // One of our keys, but not the one that signed.
      [{ kid: "k0" }, "not_accepted"],
      [{ crit: ["exp"] }, "malformed_token"],
    ])("refuses %j", (header, reason) => {
      expectRefusal(forge({ header }), reason);
    });
  });

  describe("when the signature is not ours", () => {
    const none: Signer = () => Buffer.alloc(0);

    it.each(["none", "None", "NONE", "ES256"])(
      "refuses an empty signature with alg %s",
      (alg) =>
        expectRefusal(
          forge({ header: { alg }, signer: none }),
          "malformed_token",
        ),
    );

    const secrets: [string, (key: KeyObject) => string | Buffer][] = [
      ["PEM", (key) => key.export({ type: "spki", format: "pem" })],
      ["DER", (key) => key.export({ type: "spki", format: "der" })],
      ["JWK", (key) => JSON.stringify(key.export({ format: "jwk" }))],
    ];
    it.each(secrets)(
      "refuses an HMAC keyed with our public %s",
      (_as, secret) => {
        const key = secret(createPublicKey(keys.privateKey));
        const signer: Signer = (input) =>
          createHmac("sha256", key).update(input).digest();
        const header = { alg: "HS256" };
        expectRefusal(forge({ header, signer }), "malformed_token");
        expectRefusal(forge({ signer }), "not_accepted");
      },
    );

    it("refuses an unknown key's signature, even with the key in the header", () => {
      const foreign = new MemorySigningKeys().privateKey;
      const jwk = createPublicKey(foreign).export({ format: "jwk" });
      const signer: Signer = (input) => es256(input, foreign);
      expectRefusal(forge({ header: { jwk }, signer }), "not_accepted");
    });

    it.each<[string, Signer]>([
      ["all zero", () => Buffer.alloc(64)],
      ["too short", (input) => es256(input).subarray(1)],
      ["too long", (input) => Buffer.concat([es256(input), Buffer.alloc(1)])],
      ["of another input", (input) => es256(`${input} `)],
      [
        "in DER",
        (input) => sign("sha256", Buffer.from(input), keys.privateKey),
      ],
    ])("refuses one that is %s", (_what, signer) => {
      expectRefusal(forge({ signer }), "not_accepted");
    });

    it.each([0, 1, 2])("refuses any change of segment %i", (index) => {
      const segments = issued.split(".");
      const segment = segments[index] ?? "";
      expect(segment.length).toBeGreaterThan(50);
      for (let at = 0; at < segment.length; at += 1) {
        const other = segment[at] === "A" ? "B" : "A";
        const changed = segment.slice(0, at) + other + segment.slice(at + 1);
        const token = segments.with(index, changed).join(".");
        expect(() => tokens.verify(token)).toThrow(AuthError);
      }
    });

    it.each([" ", "\n", "="])("refuses %j after it", (extra) => {
      expectRefusal(issued + extra, "malformed_token");
    });
  });

  describe("when the claims are not for us, with a valid signature", () => {
    it.each<[Part, string]>([
      [{ iss: "https://evil.example" }, "not_accepted"],
      [{ iss: "https://auth.corp.example/" }, "not_accepted"],
      [{ iss: ["https://auth.corp.example"] }, "not_accepted"],
      [{ iss: undefined }, "not_accepted"],
      [{ aud: "https://other.example" }, "not_accepted"],
      [{ aud: ["https://other.example", "x"] }, "not_accepted"],
      [{ aud: [] }, "not_accepted"],
      [{ aud: undefined }, "not_accepted"],
      [{ exp: startSeconds }, "not_accepted"],
      [{ exp: "1763700900" }, "not_accepted"],
      [{ exp: null }, "not_accepted"],
      [{ exp: undefined }, "claims_invalid"],
      [{ exp: startSeconds + 0.5 }, "claims_invalid"],
      [{ nbf: startSeconds + 1 }, "not_accepted"],
      [{ iat: startSeconds + 61 }, "issued_in_future"],
      [{ sub: "' OR 1=1--" }, "claims_invalid"],
    ])("refuses %j", (claims, reason) => {
      expectRefusal(forge({ claims }), reason);
    });

    it("accepts an iat one minute ahead", () => {
      const token = forge({ claims: { iat: startSeconds + 60 } });
      expect(tokens.verify(token).issuedAt).toBe(startSeconds + 60);
    });

    it("refuses a token that is too large", () => {
      const claims = { padding: "x".repeat(8192) };
      expectRefusal(forge({ claims }), "malformed_token");
    });
  });
});
