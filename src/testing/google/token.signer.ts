import {
  constants,
  createHmac,
  KeyObject,
  sign,
  type SignKeyObjectInput,
} from "node:crypto";
import { promisify } from "node:util";
import { EmulatorInputError } from "./emulator-input";
import type { GoogleKeyName, GoogleKeyRing } from "./key-ring";
import type { GoogleSigningKey } from "./signing-key";

/** Google only uses RS256; the others are for tokens that must be refused. */
export type TokenAlgorithm =
  "RS256" | "RS384" | "RS512" | "PS256" | "HS256" | "none";

/** Options of all tokens: how they are signed and altered. */
export interface TokenOptions {
  /** Claims to add or replace; `undefined` removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members to add or replace; `undefined` removes one. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** The signing key, whose `kid` is in the header. Default: `current`. */
  readonly key?: GoogleKeyName | GoogleSigningKey;
  /**
   * Signs instead of `key`, but the header has the `kid` of `key`. `foreign` is
   * a key that the emulator never publishes.
   */
  readonly signWith?: "foreign" | GoogleSigningKey | KeyObject;
  /** The algorithm, and the header's `alg`. Default: RS256. */
  readonly alg?: TokenAlgorithm;
  /** The HMAC secret; required for HS256. */
  readonly secret?: string | Uint8Array;
  /**
   * Seconds since the token was issued; negative for the future. Default: 0.
   */
  readonly issuedSecondsAgo?: number;
  /** Seconds from `iat` to `exp`. Default: 3600, like Google. */
  readonly lifetimeSeconds?: number;
  /** The header's exact bytes, instead of JSON. Signed like any other. */
  readonly rawHeader?: string | Uint8Array;
  /** The payload's exact bytes, instead of JSON. Signed like any other. */
  readonly rawPayload?: string | Uint8Array;
}

/** A token's claims before the caller's overrides. */
export type TokenClaims = Readonly<Record<string, unknown>>;

const signAsync = promisify<
  string,
  Uint8Array,
  KeyObject | SignKeyObjectInput,
  Buffer
>(sign);

const RSA_DIGESTS = { RS256: "sha256", RS384: "sha384", RS512: "sha512" };

/**
 * Signs a JWS in compact form (RFC 7515 §3.1), with Google's header and the
 * claims, altered by the options.
 *
 * @throws EmulatorInputError if `alg` is HS256 and there is no `secret`
 */
export async function signToken(
  keys: GoogleKeyRing,
  claims: TokenClaims,
  options: TokenOptions = {},
): Promise<string> {
  const { alg = "RS256", key = "current" } = options;
  const named = typeof key === "string" ? keys.named(key) : key;
  const header = { alg, kid: named.kid, typ: "JWT", ...options.header };
  const payload = { ...claims, ...options.claims };
  const input = [
    base64url(options.rawHeader ?? JSON.stringify(header)),
    base64url(options.rawPayload ?? JSON.stringify(payload)),
  ].join(".");
  const signature = await signatureOf(
    alg,
    Buffer.from(input),
    await privateKeyFor(options.signWith ?? named, keys),
    options.secret,
  );
  return `${input}.${base64url(signature)}`;
}

async function privateKeyFor(
  signer: "foreign" | GoogleSigningKey | KeyObject,
  keys: GoogleKeyRing,
): Promise<KeyObject> {
  if (signer === "foreign") {
    return (await keys.foreign()).privateKey;
  }
  return signer instanceof KeyObject ? signer : signer.privateKey;
}

async function signatureOf(
  alg: TokenAlgorithm,
  input: Buffer,
  key: KeyObject,
  secret: string | Uint8Array | undefined,
): Promise<Buffer> {
  switch (alg) {
    case "none":
      return Buffer.alloc(0);
    case "HS256":
      if (secret === undefined) {
        throw new EmulatorInputError("An HS256 token needs a secret.");
      }
      return createHmac("sha256", secret).update(input).digest();
    case "PS256":
      return signAsync("sha256", input, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    default:
      return signAsync(RSA_DIGESTS[alg], input, key);
  }
}

function base64url(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
