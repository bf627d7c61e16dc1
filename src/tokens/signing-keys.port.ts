import type { JsonWebKey, KeyObject } from "node:crypto";

/** A key that access tokens are signed with. */
export interface SigningKey {
  /** Names the key in token headers and in the JWKS. */
  readonly kid: string;
  readonly algorithm: "ES256";
  readonly privateKey: KeyObject;
}

/** A public key as the JWKS shows it (RFC 7517 §4). */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  readonly use: "sig";
}

/**
 * The keys of our own tokens. The default keeps them in the database; a key
 * management service is another implementation.
 *
 * Concurrency: asked by every request at once, so every answer comes from
 * memory.
 */
export abstract class SigningKeys {
  /**
   * The key to sign with now.
   *
   * @throws AuthError `service_unavailable` when the keys are not loaded yet
   */
  abstract current(): SigningKey;

  /** The public key with this kid; null when it is unknown or no longer believed. */
  abstract find(kid: string): KeyObject | null;

  /** What the JWKS shows: every key a valid token may carry, public halves only. */
  abstract published(): readonly PublishedKey[];
}
