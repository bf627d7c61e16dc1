import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { AuthError } from "../common/auth-error";
import { CachedKeys, type KeySet } from "../common/cached-keys";
import type { Clock } from "../common/clock.port";
import { fetchJson } from "../common/fetch-json";
import {
  type SigningAlgorithm,
  signingAlgorithmOf,
} from "../common/signature-key";
import { onlyPublic } from "../signing-keys/published-key";
import type { VerificationKey } from "../signing-keys/signing-keys.port";

/**
 * How long a key set that cannot be renewed stays in use, in seconds. No access
 * token is valid for longer, so after that none of an unreachable issuer is in
 * use.
 */
const maxStaleSeconds = 3600;
const maxKeys = 20;
const maxKeyIdLength = 128;

/** The published keys of the service that issues the access tokens. */
export class IssuerKeys {
  private readonly keys: CachedKeys;

  /** @param jwksUri returns their URL */
  constructor(jwksUri: () => Promise<string>, clock: Clock) {
    this.keys = new CachedKeys(
      {
        name: "The issuer's keys",
        maxStaleSeconds,
        ask: async () => {
          const { value, maxAgeSeconds } = await fetchJson(await jwksUri(), {
            name: "The JWKS response",
          });
          return { value: keysOfJwks(value), maxAgeSeconds };
        },
        unavailable: (retryAfterSeconds, cause) =>
          new AuthError("service_unavailable", {
            reason: "issuer_keys_unavailable",
            retryAfterSeconds,
            cause,
          }),
      },
      clock,
      IssuerKeys.name,
    );
  }

  /**
   * @returns the key, with the algorithm for its type and size
   * @throws AuthError `unauthenticated` (`unknown_key`) if the issuer does not
   *   publish it, `service_unavailable` if the issuer is unreachable
   */
  async find(keyId: string): Promise<VerificationKey> {
    const publicKey = await this.keys.find(keyId);
    const algorithm = publicKey && signingAlgorithmOf(publicKey);
    if (algorithm) return { algorithm, publicKey };
    throw new AuthError("unauthenticated", { reason: "unknown_key" });
  }
}

/**
 * The keys in a JWKS that can sign access tokens; it may also contain keys for
 * other purposes.
 *
 * @throws Error if there is no key, or a key does not fit its algorithm
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function keysOfJwks(value: unknown): KeySet {
  const { keys } = Object(value) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > maxKeys) {
    throw new Error("The JWKS response is not a set of keys");
  }
  const known = new Map<string, KeyObject>();
  for (const entry of keys) {
    const jwk = Object(entry) as JsonWebKey;
    const { kid } = jwk;
    const algorithm = algorithmSaidOf(jwk);
    if (!algorithm || typeof kid !== "string") continue;
    const publicKey = createPublicKey({
      key: onlyPublic(jwk, algorithm),
      format: "jwk",
    });
    // Such as an RSA key that is too small.
    if (signingAlgorithmOf(publicKey) !== algorithm) continue;
    if (kid === "" || kid.length > maxKeyIdLength || known.has(kid)) {
      throw new Error("The JWKS response has a key without a unique kid");
    }
    known.set(kid, publicKey);
  }
  if (known.size === 0) throw new Error("The JWKS response has no usable key");
  return known;
}

/** The algorithm that a key declares; null if we do not use it. */
function algorithmSaidOf(jwk: JsonWebKey): SigningAlgorithm | null {
  if ((jwk.use ?? "sig") !== "sig") return null;
  const alg =
    jwk.kty === "RSA"
      ? "RS256"
      : jwk.kty === "EC" && jwk.crv === "P-256"
        ? "ES256"
        : null;
  return (jwk.alg ?? alg) === alg ? alg : null;
}
