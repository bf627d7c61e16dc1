import { hash, timingSafeEqual } from "node:crypto";

/** Compares two texts in a time that does not depend on where they differ. */
export function isSameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Whether a token was requested with this nonce. Google signs the nonce that
 * the client sends; some SDKs send the SHA-256 of the one that the app set.
 *
 * @param signed the token's `nonce`, null if it has no nonce
 * @param expected the nonce that was issued
 * @see https://openid.net/specs/openid-connect-core-1_0.html#NonceNotes
 */
export function nonceAgrees(signed: string | null, expected: string): boolean {
  if (signed === null) return false;
  const spellings = [
    expected,
    hash("sha256", expected, "hex"),
    hash("sha256", expected, "base64url"),
  ];
  return spellings.some((spelling) => isSameText(signed, spelling));
}
