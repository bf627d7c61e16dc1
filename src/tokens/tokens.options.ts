import type { DpopRules } from "./dpop.options";

/** What the access tokens say, how long they live, and what they are signed with. */
export interface TokensOptions {
  /** `iss`: where clients reach this service. */
  readonly issuer: string;
  /** `aud`: the API that the tokens are for. */
  readonly audience: string;
  /** Life of an access token in seconds, 60–3600. */
  readonly accessTokenTtlSeconds: number;
  /** At least 32 bytes; encrypts the signing keys at rest. */
  readonly secretKey: string;
  /** The secret key of before, during a change: what it encrypted is still read. */
  readonly previousSecretKey?: string | null;
  /** After how many days a stored key is replaced, 1–365; null for never, 30 unless given. */
  readonly rotationDays?: number | null;
  /** For PemSigningKeys: the private key, an unencrypted PEM. */
  readonly signingKeyPem?: string | null;
  /** For PemSigningKeys: another key that is accepted and published, a PEM. */
  readonly previousSigningKeyPem?: string | null;
  /** Whether clients may bind their tokens to a key of theirs; off unless given. */
  readonly dpop?: DpopRules;
}

export const TOKENS_OPTIONS = Symbol("TOKENS_OPTIONS");
