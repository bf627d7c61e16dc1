/** What access tokens are signed with. */
export interface SigningKeysOptions {
  /** At least 32 bytes; encrypts the signing keys at rest. */
  readonly secretKey: string;
  /**
   * The previous secret key, while it is being replaced: what it encrypted can
   * still be read.
   */
  readonly previousSecretKey?: string | null;
  /**
   * After how many days a stored key is replaced, 1–365; null for never; 30 by
   * default.
   */
  readonly rotationDays?: number | null;
  /** For PemSigningKeys: the private key, an unencrypted PEM. */
  readonly signingKeyPem?: string | null;
  /** For PemSigningKeys: another key that is accepted and published, a PEM. */
  readonly previousSigningKeyPem?: string | null;
}

export const SIGNING_KEYS_OPTIONS = Symbol("SIGNING_KEYS_OPTIONS");
