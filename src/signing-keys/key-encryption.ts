import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type JsonWebKey,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { deriveKey } from "../common/secret-key";
import type { SigningAlgorithm } from "../common/signature-key";
import { onlyPublic } from "./published-key";

const nonceBytes = 12;
const tagBytes = 16;

/** The secrets that stored keys are encrypted with. */
export interface KeySecrets {
  readonly secretKey: string;
  /** The previous secret; keys encrypted with it can still be read. */
  readonly previousSecretKey?: string | null;
}

/** A stored private key. */
export interface OpenedKey {
  readonly der: Buffer;
  /** Whether it was encrypted under the previous secret key. */
  readonly outdated: boolean;
}

/**
 * Encrypts a private key for storage with AES-256-GCM under a key derived from
 * SECRET_KEY. The kid is bound in, so that rows cannot be swapped.
 *
 * @returns nonce ‖ tag ‖ ciphertext
 */
export function encryptPrivateKey(
  secretKey: string,
  kid: string,
  der: Buffer,
): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", keyFor(secretKey), nonce);
  cipher.setAAD(Buffer.from(kid));
  const ciphertext = Buffer.concat([cipher.update(der), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * Reverses {@link encryptPrivateKey}, with the current or the previous secret
 * key; null if it was encrypted with another one, or for another kid.
 */
export function openPrivateKey(
  { secretKey, previousSecretKey }: KeySecrets,
  kid: string,
  stored: Buffer,
): OpenedKey | null {
  const der = decryptPrivateKey(secretKey, kid, stored);
  if (der) return { der, outdated: false };
  if (!previousSecretKey) return null;
  const old = decryptPrivateKey(previousSecretKey, kid, stored);
  return old && { der: old, outdated: true };
}

/**
 * Reverses {@link encryptPrivateKey}; null if the SECRET_KEY or the kid is
 * different.
 */
export function decryptPrivateKey(
  secretKey: string,
  kid: string,
  stored: Buffer,
): Buffer | null {
  if (stored.length <= nonceBytes + tagBytes) return null;
  const nonce = stored.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", keyFor(secretKey), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(kid));
  decipher.setAuthTag(stored.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([
      decipher.update(stored.subarray(nonceBytes + tagBytes)),
      decipher.final(),
    ]);
  } catch {
    return null;
  }
}

function keyFor(secretKey: string): Buffer {
  return deriveKey(secretKey, "signing-key-encryption");
}

/** The public half of a key, as it is stored. */
export interface StoredPublicKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicJwk: JsonWebKey;
}

/** Proves that a public key was stored by a holder of the secret key. */
export function macOf(
  secretKey: string,
  { kid, algorithm, publicJwk }: StoredPublicKey,
): Buffer {
  const members = onlyPublic(publicJwk, algorithm);
  return createHmac("sha256", deriveKey(secretKey, "signing-key-mac"))
    .update(JSON.stringify([kid, algorithm, members]))
    .digest();
}

/**
 * Which secret key the MAC of a stored public key was made with; null if
 * neither.
 */
export function macAgeOf(
  { secretKey, previousSecretKey }: KeySecrets,
  key: StoredPublicKey & { readonly mac: Buffer },
): "current" | "outdated" | null {
  const isMadeWith = (secret: string) => {
    const mac = macOf(secret, key);
    return mac.length === key.mac.length && timingSafeEqual(mac, key.mac);
  };
  if (isMadeWith(secretKey)) return "current";
  return previousSecretKey && isMadeWith(previousSecretKey) ? "outdated" : null;
}
