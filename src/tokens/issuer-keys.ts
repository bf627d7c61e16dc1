import { createPublicKey, type KeyObject } from "node:crypto";
import { AuthError } from "../common/auth-error";
import { CachedKeys, type KeySet } from "../common/cached-keys";
import type { Clock } from "../common/clock.port";
import { fetchJson } from "../common/fetch-json";

/**
 * How long a key set that cannot be renewed stays in use, in seconds: no access
 * token lives longer, so an issuer that is away for longer has none in use.
 */
const maxStaleSeconds = 3600;
const maxKeys = 20;
const maxKeyIdLength = 128;

/** The published keys of the service that issues the access tokens. */
export class IssuerKeys {
  private readonly keys: CachedKeys;

  /** @param jwksUri tells where they are */
  constructor(jwksUri: () => Promise<string>, clock: Clock) {
    this.keys = new CachedKeys(
      {
        name: "The issuer's keys",
        maxStaleSeconds,
        ask: async () => {
          const { value, maxAgeSeconds } = await fetchJson(await jwksUri(), {
            name: "The JWKS answer",
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
   * @throws AuthError `unauthenticated` (`unknown_key`) when the issuer does
   *   not have it, `service_unavailable` when it cannot be asked
   */
  async find(keyId: string): Promise<KeyObject> {
    const key = await this.keys.find(keyId);
    if (key) return key;
    throw new AuthError("unauthenticated", { reason: "unknown_key" });
  }
}

/**
 * The keys in a JWKS that access tokens can be signed with; others may be
 * there for other purposes.
 *
 * @throws Error when there is none, or when one of them is not what it says
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function keysOfJwks(value: unknown): KeySet {
  const { keys } = Object(value) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length > maxKeys) {
    throw new Error("The JWKS answer is not a set of keys");
  }
  const known = new Map<string, KeyObject>();
  for (const entry of keys) {
    const jwk = Object(entry) as Partial<Record<string, unknown>>;
    const { kid } = jwk;
    if (!isForAccessTokens(jwk) || typeof kid !== "string") continue;
    if (kid === "" || kid.length > maxKeyIdLength || known.has(kid)) {
      throw new Error("The JWKS answer has a key without a name of its own");
    }
    const { kty, crv, x, y } = jwk as Record<string, string>;
    known.set(kid, createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }));
  }
  if (known.size === 0) throw new Error("The JWKS answer has no key for us");
  return known;
}

function isForAccessTokens(jwk: Partial<Record<string, unknown>>): boolean {
  return (
    jwk.kty === "EC" &&
    jwk.crv === "P-256" &&
    (jwk.alg ?? "ES256") === "ES256" &&
    (jwk.use ?? "sig") === "sig"
  );
}
