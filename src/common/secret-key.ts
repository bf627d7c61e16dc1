import { hkdfSync } from "node:crypto";

const minSecretKeyBytes = 32;

/**
 * Derives one 32-byte key per purpose from the service's SECRET_KEY, so that
 * what encrypts signing keys can never be used to forge refresh tokens.
 *
 * @param secretKey SECRET_KEY as configured, at least 32 bytes
 * @param purpose a stable name; changing it invalidates what the key protected
 * @throws RangeError when the secret key is too short to be one
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
