import type { EmailAuthority } from "./email-authority";

/**
 * A verified identity. The identity provider signed everything in it, and it
 * has passed all checks; texts are cleaned for storage.
 */
export interface VerifiedIdentity {
  /** The provider, in canonical form: `https://accounts.google.com`. */
  readonly issuer: string;
  /** The provider's id of the account: with `issuer`, the only key to it. Case-sensitive, 1–255 ASCII characters. */
  readonly subject: string;
  /** Our client id that the token was issued for (`aud`). */
  readonly clientId: string;
  /** Our client id that requested the token (`azp`); on mobile not the audience. */
  readonly authorizedParty: string;
  /** At most 320 characters, as the provider spells it. Changes over time: never a key. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly emailAuthority: EmailAuthority;
  /** Workspace domain (`hd`), lower case. */
  readonly hostedDomain: string | null;
  readonly name: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** An https URL. */
  readonly picture: string | null;
  readonly locale: string | null;
  /** The nonce that the client had the provider sign, if any. */
  readonly nonce: string | null;
  /** When the token was issued, in whole seconds since 1970 (UTC). */
  readonly issuedAt: number;
  /** When the token expires, in whole seconds since 1970 (UTC). */
  readonly expiresAt: number;
  /**
   * SHA-256 of what was signed, base64url: identifies the token regardless of
   * its encoding.
   */
  readonly tokenDigest: string;
}

/** Identifies an account at a provider. */
export type AccountName = Pick<VerifiedIdentity, "issuer" | "subject">;
