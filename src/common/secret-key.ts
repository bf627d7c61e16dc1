import { hkdfSync } from "node:crypto";

const minSecretKeyBytes = 32;

/**
 * Derives one 32-byte key per purpose from SECRET_KEY, so that the key that
 * encrypts signing keys cannot be used to forge refresh tokens.
 *
 * @param secretKey SECRET_KEY as configured, at least 32 bytes
 * @param purpose a stable name; changing it changes the key
 * @throws RangeError when the secret key is too short
 * @see https://www.rfc-editor.org/rfc/rfc5869 HKDF
 */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  if (Buffer.byteLength(secretKey) < minSecretKeyBytes) {
    throw new RangeError(
      `The secret key must have at least ${minSecretKeyBytes} bytes`,
    );
  }
  return Buffer.from(
    hkdfSync("sha256", secretKey, "nest-google-auth", purpose, 32),
  );
}
