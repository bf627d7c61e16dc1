import type { SqlFragment } from "../database/sql-fragment";
import type { OneTimeUse } from "./one-time-use";

/*
 * Uses up a nonce and a token, or grants nothing. Of several at once, the
 * update lets the second see that the nonce is used, and the primary key lets
 * one token in. A nonce stays known after its use: it must not become one that
 * "is not ours" and is ignored.
 */
function text(first: number): string {
  const digests = `$${first}::bytea[]`;
  const now = `$${first + 1}::timestamptz`;
  const required = `$${first + 2}::boolean`;
  const token = `$${first + 3}::bytea`;
  const tokenExpiresAt = `$${first + 4}::timestamptz`;
  const nonceIsRight = `(EXISTS (SELECT FROM used_nonce) OR NOT (${required}
    OR EXISTS (SELECT FROM nonces WHERE digest = ANY (${digests}))))`;
  return `used_nonce AS (
  UPDATE nonces SET used_at = ${now} FROM admissible
  WHERE digest = ANY (${digests}) AND used_at IS NULL AND expires_at > ${now}
  RETURNING digest
), used_token AS (
  INSERT INTO used_id_tokens (digest, expires_at)
  SELECT ${token}, ${tokenExpiresAt} FROM admissible
  WHERE ${token} IS NOT NULL AND ${nonceIsRight}
  ON CONFLICT (digest) DO NOTHING
  RETURNING digest
), granted AS (
  SELECT FROM admissible
  WHERE ${nonceIsRight} AND (${token} IS NULL OR EXISTS (SELECT FROM used_token))
)`;
}

/**
 * The condition that everything in `use` is still unused; it uses it up. Ends in
 * `granted`, and needs an expression `admissible` before it.
 */
export function oneTimeCondition(use: OneTimeUse, now: Date): SqlFragment {
  return {
    text,
    values: [
      use.nonceDigests,
      now.toISOString(),
      use.nonceRequired,
      use.token?.digest ?? null,
      use.token?.expiresAt.toISOString() ?? null,
    ],
  };
}

/** The condition alone, for who does not share its statement. */
export const takeStatement = `WITH admissible AS (SELECT), ${text(1)}
SELECT true AS granted FROM granted`;
