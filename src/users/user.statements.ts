import { userColumns } from "./find-or-create.statement";

/** $1 user id */
export const findUserById = `SELECT ${userColumns} FROM google_auth.users WHERE id = $1`;

/** The columns of an `Identity`. */
export const identityColumns = `issuer, subject, claims, created_at AS "createdAt", last_sign_in_at AS "lastSignInAt"`;

/** $1 user id */
export const findIdentities = `SELECT ${identityColumns} FROM google_auth.identities
WHERE user_id = $1 ORDER BY issuer, subject`;

/**
 * $1 user id; run before locking the user, in the same order as a sign-in, to
 * avoid deadlocks.
 */
export const lockIdentities = `SELECT FROM google_auth.identities WHERE user_id = $1
ORDER BY issuer, subject FOR UPDATE`;

/** $1 user id */
export const lockUser = `${findUserById} FOR UPDATE`;

/** $1 user id, $2 profile, $3 roles, $4 status, $5 now; null changes nothing */
export const changeUser = `WITH changed AS (
  UPDATE google_auth.users SET profile = COALESCE($2::jsonb, profile),
    roles = COALESCE($3::text[], roles), status = COALESCE($4::text, status),
    updated_at = $5::timestamptz
  WHERE id = $1 RETURNING *
) SELECT ${userColumns} FROM changed`;

/** $1 user id; its identities are deleted with it */
export const deleteUser = "DELETE FROM google_auth.users WHERE id = $1";

/**
 * $1 issuer, $2 subject; locks the identity, which serializes concurrent
 * reports.
 */
export const findOwner = `SELECT user_id AS "userId" FROM google_auth.identities
WHERE issuer = $1 AND subject = $2 FOR UPDATE`;
