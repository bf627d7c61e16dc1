import { type JsonWebKey, type KeyObject, sign } from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";

/**
 * A key that access tokens are signed with, regardless of where its private
 * half is.
 */
export interface SigningKey {
  /** Identifies the key in token headers and in the JWKS. */
  readonly kid: string;
  /** The one algorithm that this key is used with. */
  readonly algorithm: SigningAlgorithm;
  /**
   * Signs the given bytes; hashing them is part of the algorithm. Concurrent.
   *
   * @returns the signature in JWS format (RFC 7518 §3): for ES256 the 64 bytes
   *   r ‖ s, not DER
   * @throws AuthError `service_unavailable` if the key is temporarily
   *   unavailable; any other error is treated the same way
   */
  sign(input: Buffer): Uint8Array | Promise<Uint8Array>;
}

/**
 * A key whose private half is in this process.
 *
 * @param privateKey of the type that the algorithm requires
 */
export function localSigningKey(
  kid: string,
  algorithm: SigningAlgorithm,
  privateKey: KeyObject,
): SigningKey {
  // The JWS format r ‖ s for ES256; ignored for RSA.
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  // Synchronous: the thread pool would take longer than signing.
  return { kid, algorithm, sign: (input) => sign("sha256", input, key) };
}

/** A key that access tokens are verified with. */
export interface VerificationKey {
  /**
   * The only algorithm that this key verifies, regardless of the token's
   * header.
   */
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

/** A public key as published in the JWKS (RFC 7517 §4). */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: "sig";
}

/**
 * The keys of our own tokens. The default stores them in the database;
 * implement it to use a key management service, where no private key enters the
 * process.
 *
 * Called concurrently for every request, so it must respond from memory. Only
 * signing itself may wait.
 */
export abstract class SigningKeys {
  /**
   * The key to sign with now. Verifiers must already know it: it has been among
   * {@link published} for longer than they may cache the JWKS.
   *
   * @throws AuthError `service_unavailable` if the keys are not loaded yet
   */
  abstract current(): SigningKey;

  /**
   * The public key with this kid; null if it is unknown or no longer accepted.
   */
  abstract find(kid: string): VerificationKey | null;

  /**
   * Since when {@link current} signs, for metrics; null if unknown.
   */
  signsSince(): Date | null {
    return null;
  }

  /**
   * The content of the JWKS: every key that a valid token may be signed with,
   * now or for as long as the response may be cached. Public halves only.
   */
  abstract published(): readonly PublishedKey[];
}
