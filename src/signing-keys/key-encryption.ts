import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { deriveKey } from "../common/secret-key";

const nonceBytes = 12;
const tagBytes = 16;

/** What stored keys are encrypted under. */
export interface KeySecrets {
  readonly secretKey: string;
  /** What they were encrypted under before; still read. */
  readonly previousSecretKey?: string | null;
}

/** A private key that was stored. */
export interface OpenedKey {
  readonly der: Buffer;
  /** Whether it was encrypted under the secret key of before. */
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
 * Reverses {@link encryptPrivateKey}, under the secret key of today or of
 * before; null when it was a third one, or another kid.
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

/** Reverses {@link encryptPrivateKey}; null when it was another SECRET_KEY or kid. */
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
