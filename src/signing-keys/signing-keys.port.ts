import { type JsonWebKey, type KeyObject, sign } from "node:crypto";
import type { SigningAlgorithm } from "../common/signature-key";

/** A key that access tokens are signed with, wherever its private half is. */
export interface SigningKey {
  /** Names the key in token headers and in the JWKS. */
  readonly kid: string;
  /** The one algorithm that this key is used with. */
  readonly algorithm: SigningAlgorithm;
  /**
   * Signs bytes as they are: hashing them is part of the algorithm. Concurrent.
   *
   * @returns the signature as JWS has it (RFC 7518 §3): for ES256 the 64 bytes
   *   r ‖ s, not DER
   * @throws AuthError `service_unavailable` when the key cannot be used at
   *   present; any other error counts as that, too
   */
  sign(input: Buffer): Uint8Array | Promise<Uint8Array>;
}

/**
 * A key whose private half is in this process.
 *
 * @param privateKey of the kind that the algorithm takes
 */
export function localSigningKey(
  kid: string,
  algorithm: SigningAlgorithm,
  privateKey: KeyObject,
): SigningKey {
  // For ES256 the JWS form r ‖ s; it means nothing to RSA.
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  // On the spot: a way through the thread pool takes longer than signing.
  return { kid, algorithm, sign: (input) => sign("sha256", input, key) };
}

/** A key that access tokens are verified with. */
export interface VerificationKey {
  /** The only algorithm that this key verifies, whatever a token's header says. */
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
}

/** A public key as the JWKS shows it (RFC 7517 §4). */
export interface PublishedKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: "sig";
}

/**
 * The keys of our own tokens. The default keeps them in the database; a key
 * management service, where no private key enters the process, is another
 * implementation.
 *
 * Concurrency: asked by every request at once, so every answer comes from
 * memory. Only the signing itself may wait.
 */
export abstract class SigningKeys {
  /**
   * The key to sign with now. Others have to know it already: it has been
   * among {@link published} for longer than they may keep the JWKS.
   *
   * @throws AuthError `service_unavailable` when the keys are not loaded yet
   */
  abstract current(): SigningKey;

  /** The public key with this kid; null when it is unknown or no longer accepted. */
  abstract find(kid: string): VerificationKey | null;

  /**
   * What the JWKS shows: every key that a valid token may carry, now or for as
   * long as somebody may keep the answer. Public halves only.
   */
  abstract published(): readonly PublishedKey[];
}
