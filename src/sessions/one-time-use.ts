import { hash } from "node:crypto";
import type { SqlFragment } from "../database/sql-fragment";
import type { VerifiedIdentity } from "../identity/verified-identity";

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

/*
 * Uses up a nonce and a token, or grants nothing: of several at once, the
 * primary key lets one in.
 */
function text(first: number): string {
  const nonce = `$${first}::bytea`;
  const nonceExpiresAt = `$${first + 1}::timestamptz`;
  const token = `$${first + 2}::bytea`;
  const tokenExpiresAt = `$${first + 3}::timestamptz`;
  const nonceIsUsed = `(${nonce} IS NULL OR EXISTS (SELECT FROM used_nonce))`;
  return `used_nonce AS (
  INSERT INTO google_auth.nonces (digest, expires_at)
  SELECT ${nonce}, ${nonceExpiresAt} FROM admissible WHERE ${nonce} IS NOT NULL
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), used_token AS (
  INSERT INTO google_auth.used_id_tokens (digest, expires_at)
  SELECT ${token}, ${tokenExpiresAt} FROM admissible
  WHERE ${token} IS NOT NULL AND ${nonceIsUsed}
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), granted AS (
  SELECT FROM admissible
  WHERE ${nonceIsUsed} AND (${token} IS NULL OR EXISTS (SELECT FROM used_token))
)`;
}

/**
 * The condition that everything in `use` is still unused; it uses it up. Ends in
 * `granted`, and needs an expression `admissible` before it.
 */
export function oneTimeCondition({ nonce, token }: OneTimeUse): SqlFragment {
  return {
    text,
    values: [
      nonce?.digest ?? null,
      nonce?.expiresAt.toISOString() ?? null,
      token?.digest ?? null,
      token?.expiresAt.toISOString() ?? null,
    ],
  };
}

/** The condition alone, where it does not share its statement. */
export const takeStatement = `WITH admissible AS (SELECT), ${text(1)}
SELECT true AS granted FROM granted`;
