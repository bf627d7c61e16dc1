import type { VerifiedIdentity } from "../identity/verified-identity";
import { hash } from "node:crypto";

/** What may be used for one sign-in only. */
export interface OneTimeRules {
  /** `required`: a token signs in only with a nonce that this service gave out. */
  readonly nonce: "optional" | "required";
  /** `once`: a token signs in one time. */
  readonly idToken: "reusable" | "once";
}

/** Something that can be used up, as it is remembered. */
export interface OneTimeMark {
  readonly digest: Buffer;
  /** After that it is refused for its age. */
  readonly expiresAt: Date;
}

/** What one sign-in uses up. */
export interface OneTimeUse {
  /** The nonce that the token carries, if it is one of ours. */
  readonly nonce: OneTimeMark | null;
  /** The token itself, unless it may be used again. */
  readonly token: OneTimeMark | null;
}

/** The mark of a token, however it was spelled. */
export function tokenMarkOf({
  tokenDigest,
  expiresAt,
}: Pick<VerifiedIdentity, "tokenDigest" | "expiresAt">): OneTimeMark {
  return {
    digest: Buffer.from(tokenDigest, "base64url"),
    expiresAt: new Date(expiresAt * 1000),
  };
}

/** The mark of a nonce. */
export function nonceMarkOf(nonce: string, expiresAt: Date): OneTimeMark {
  return { digest: hash("sha256", nonce, "buffer"), expiresAt };
}
