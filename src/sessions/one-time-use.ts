import { hash } from "node:crypto";
import type { VerifiedIdentity } from "../identity/verified-identity";

/** What may be used for one sign-in only. */
export interface OneTimeRules {
  /** `required`: a token signs in only with a nonce that this service gave out. */
  readonly nonce: "optional" | "required";
  /** `once`: a token signs in one time. */
  readonly idToken: "reusable" | "once";
}

/** What one sign-in uses up. */
export interface OneTimeUse {
  /**
   * By these SHA-256 digests the token's nonce is known, if it is one of ours:
   * it may be the nonce that was given out, or already the digest of it.
   */
  readonly nonceDigests: readonly Buffer[];
  readonly nonceRequired: boolean;
  /** The token itself, unless it may be used again. */
  readonly token: {
    readonly digest: Buffer;
    readonly expiresAt: Date;
  } | null;
}

/**
 * What the sign-in of an identity uses up under these rules; null when nothing.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#NonceNotes
 */
export function oneTimeUseOf(
  identity: VerifiedIdentity,
  rules: OneTimeRules,
): OneTimeUse | null {
  const nonceRequired = rules.nonce === "required";
  const once = rules.idToken === "once";
  if (identity.nonce === null && !nonceRequired && !once) return null;
  return {
    nonceDigests: identity.nonce === null ? [] : digestsOf(identity.nonce),
    nonceRequired,
    token: once
      ? {
          digest: Buffer.from(identity.tokenDigest, "base64url"),
          expiresAt: new Date(identity.expiresAt * 1000),
        }
      : null,
  };
}

/** The digest by which a nonce that is given out is kept. */
export function nonceDigest(nonce: string): Buffer {
  return hash("sha256", nonce, "buffer");
}

/** Google signs what the client gave it, and some SDKs give it the SHA-256. */
function digestsOf(signed: string): Buffer[] {
  const digests = [nonceDigest(signed)];
  if (/^[0-9a-f]{64}$/i.test(signed)) digests.push(Buffer.from(signed, "hex"));
  if (/^[\w-]{43}=?$/.test(signed)) {
    digests.push(Buffer.from(signed, "base64url"));
  }
  return digests;
}
