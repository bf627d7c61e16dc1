import type { VerifiedIdentity } from "../identity/verified-identity";

/** What is kept of a sign-in beside the keys; the nonce has done its work. */
export function storedClaims(
  identity: VerifiedIdentity,
): Record<string, unknown> {
  return {
    ...identity,
    issuer: undefined,
    subject: undefined,
    nonce: undefined,
    expiresAt: undefined,
    tokenDigest: undefined,
  };
}
