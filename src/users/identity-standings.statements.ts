const standings = "google_auth.identity_standings";

/**
 * The condition under which a row of `identity_standings` refuses a token.
 *
 * @param issuedAt SQL, a timestamptz
 */
export function refusesTokenIssuedAt(issuedAt: string): string {
  return `(blocked OR suspended_by IS NOT NULL
    OR tokens_valid_after >= ${issuedAt}::timestamptz)`;
}

/**
 * $1 digest, $2 issued at: a row unless the token is refused. Reports about the
 * account wait until the transaction ends.
 */
export const holdUnlessRefused = `INSERT INTO ${standings} AS kept (digest)
VALUES ($1::bytea)
ON CONFLICT (digest) DO UPDATE SET digest = EXCLUDED.digest
  WHERE NOT coalesce(kept.blocked OR kept.suspended_by IS NOT NULL
    OR kept.tokens_valid_after >= $2::timestamptz, false)
RETURNING digest`;

/** $1 digest; reports about the account wait until the transaction ends. */
export const holdStanding = `INSERT INTO ${standings} AS kept (digest)
VALUES ($1::bytea)
ON CONFLICT (digest) DO UPDATE SET digest = EXCLUDED.digest`;

/** $1 digest */
export const findStanding = `SELECT user_id AS "userId",
  blocked OR suspended_by IS NOT NULL AS blocked,
  CASE WHEN blocked THEN blocked_changed_at END AS "blockedSince",
  tokens_valid_after AS "tokensValidAfter", last_sign_in_at AS "lastSignInAt",
  granted_roles AS "grantedRoles"
FROM ${standings} WHERE digest = $1::bytea`;

/**
 * $1 digest, $2 blocked, $3 since when. Reports arrive late and out of order:
 * the newest event counts, and of two at the same time the one that blocks.
 */
export const setBlocked = `INSERT INTO ${standings} AS kept
  (digest, blocked, blocked_changed_at)
VALUES ($1::bytea, $2::boolean, $3::timestamptz)
ON CONFLICT (digest) DO UPDATE
SET blocked = EXCLUDED.blocked, blocked_changed_at = EXCLUDED.blocked_changed_at
WHERE kept.blocked_changed_at IS NULL
  OR kept.blocked_changed_at < EXCLUDED.blocked_changed_at
  OR (kept.blocked_changed_at = EXCLUDED.blocked_changed_at AND EXCLUDED.blocked)
RETURNING digest`;

/** $1 digest, $2 up to when */
export const setTokensValidAfter = `INSERT INTO ${standings} AS kept
  (digest, tokens_valid_after)
VALUES ($1::bytea, $2::timestamptz)
ON CONFLICT (digest) DO UPDATE SET tokens_valid_after =
  GREATEST(kept.tokens_valid_after, EXCLUDED.tokens_valid_after)`;

/**
 * $1 digests of the suspended accounts, $2 digest of the account that is the
 * reason
 */
export const setSuspended = `INSERT INTO ${standings} (digest, suspended_by)
SELECT digest, $2::bytea FROM unnest($1::bytea[]) AS suspended (digest)
ON CONFLICT (digest) DO UPDATE SET suspended_by = EXCLUDED.suspended_by`;

/** $1 digest of the account that was the reason */
export const liftSuspensions = `UPDATE ${standings} SET suspended_by = NULL
WHERE suspended_by = $1::bytea`;

/** $1 digest, $2 user id, $3 last sign-in */
export const rememberUnlinked = `INSERT INTO ${standings}
  (digest, user_id, last_sign_in_at)
VALUES ($1::bytea, $2::uuid, $3::timestamptz)
ON CONFLICT (digest) DO UPDATE SET user_id = EXCLUDED.user_id,
  last_sign_in_at = EXCLUDED.last_sign_in_at, granted_roles = '{}'`;

/** $1 user id; nothing that remains may identify a deleted user. */
export const forgetUser = `UPDATE ${standings}
SET user_id = NULL, last_sign_in_at = NULL WHERE user_id = $1::uuid`;

/** $1 digests */
export const forgetRoles = `UPDATE ${standings} SET granted_roles = '{}'
WHERE digest = ANY ($1::bytea[]) AND granted_roles <> '{}'`;

/** $1 digest, $2 roles */
export const addGrantedRoles = `INSERT INTO ${standings} AS kept
  (digest, granted_roles)
VALUES ($1::bytea, $2::text[])
ON CONFLICT (digest) DO UPDATE SET granted_roles = ARRAY(
  SELECT DISTINCT unnest(kept.granted_roles || EXCLUDED.granted_roles))`;

/** $1 digests; the roles that their user has because of each. */
export const findGrantedRoles = `SELECT digest, granted_roles AS roles
FROM ${standings} WHERE digest = ANY ($1::bytea[])`;

/** $1 issuer, $2 subject, $3 digest; for sign-ins in flight. */
export const copyToIdentity = `UPDATE google_auth.identities
SET tokens_valid_after = (SELECT CASE
    WHEN blocked OR suspended_by IS NOT NULL THEN 'infinity'::timestamptz
    ELSE tokens_valid_after END FROM ${standings} WHERE digest = $3::bytea)
WHERE issuer = $1 AND subject = $2`;
