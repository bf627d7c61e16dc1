import { hash } from "node:crypto";
import { isSameText } from "./same-text";

/**
 * Whether a token was asked for with this nonce. Google signs the nonce as the
 * client gave it; some SDKs give it the SHA-256 of what the app gave them.
 *
 * @param signed the token's `nonce`, null when it has none
 * @param expected the nonce as the client started out with
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
