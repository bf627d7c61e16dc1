import type { SqlFragment } from "../database/sql-fragment";
import type { OneTimeUse } from "./one-time-use";

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
