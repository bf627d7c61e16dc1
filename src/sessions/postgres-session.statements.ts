import { timeOf } from "../database/sql-fragment";
import { refusesTokenIssuedAt } from "../users/identity-standings.statements";

export const sessions = "google_auth.sessions";

/**
 * Whether the session is covered by a cutoff, which ends all sessions of the
 * user that were started and verified before certain times.
 */
export const isCutOff = `EXISTS (SELECT FROM google_auth.session_cutoffs
  WHERE session_cutoffs.user_id = sessions.user_id
    AND not_before > authenticated_at AND proved_up_to >= proved_at)`;

/**
 * The earliest allowed authentication time of a session of the user. @param
 * userId SQL
 */
export const lastCutoff = (userId: string) => `(SELECT max(not_before)
  FROM google_auth.session_cutoffs WHERE user_id = ${userId})`;

/**
 * Whether the provider has revoked the identity token that the session is based
 * on.
 */
const isDisowned = `EXISTS (SELECT FROM google_auth.identity_standings
  WHERE digest = identity_digest AND ${refusesTokenIssuedAt("proved_at")})`;

/**
 * Whether a session has not been ended yet: a report of the provider may have
 * invalidated its refresh token, but its access tokens remain valid until it is
 * ended.
 *
 * @param now SQL
 */
export const isToEnd = (now: string) => `revoked_at IS NULL
  AND idle_expires_at > ${now} AND absolute_expires_at > ${now}
  AND NOT ${isCutOff}`;

/** Whether a session is live. @param now SQL */
export const isLive = (now: string) => `${isToEnd(now)} AND NOT ${isDisowned}`;

/** A session in the shape the rest of the code knows. */
export const sessionColumns = `sessions.id, sessions.user_id AS "userId",
  client_id AS "clientId", identity_digest AS "identityDigest", salt, generation,
  rotations, late_retries AS "lateRetries",
  idle_expires_at AS "idleExpiresAt", absolute_expires_at AS "absoluteExpiresAt",
  device, host(ip) AS ip, user_agent AS "userAgent",
  key_thumbprint AS "keyThumbprint", proved_at AS "provedAt",
  authenticated_at AS "authenticatedAt", sessions.created_at AS "createdAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt",
  revoked_reason AS "revokedReason"`;

export const isOver = `(${isCutOff} OR ${isDisowned}) AS "isCutOff"`;

/**
 * $1 session id; a session that was not ended by its own row counts as ended
 * now.
 */
export const findSession = `SELECT ${sessionColumns.replace(
  'revoked_at AS "revokedAt"',
  `COALESCE(revoked_at, CASE WHEN ${isCutOff} OR ${isDisowned}
    THEN statement_timestamp() END) AS "revokedAt"`,
)} FROM ${sessions} WHERE id = $1::uuid`;

/** $1 user id, $2 time */
export const listSessions = `SELECT ${sessionColumns} FROM ${sessions}
WHERE user_id = $1::uuid AND ${isLive(timeOf("$2"))}
ORDER BY last_used_at DESC, id DESC LIMIT 1000`;

/** $1 limit, $2 time */
export const countSessions = `SELECT count(*)::integer AS count FROM (
  SELECT FROM ${sessions} WHERE ${isLive(timeOf("$2"))} LIMIT $1) AS live`;

/** Inserts a session for the rows of `account`; its twelve values begin at $first. */
function insertSession(first: number): string {
  const $ = (offset: number) => `$${first + offset}`;
  const now = timeOf($(11));
  const later = (seconds: string) =>
    `${now} + ${seconds}::integer * interval '1 second'`;
  return `INSERT INTO ${sessions} (id, user_id, client_id, identity_digest, salt,
    idle_expires_at, absolute_expires_at, device, ip, user_agent, key_thumbprint,
    proved_at, authenticated_at, created_at, last_used_at)
  SELECT ${$(0)}::uuid, account.id, ${$(1)}, ${$(2)}::bytea, ${$(3)}::bytea,
    ${later($(4))}, ${later($(5))}, ${$(6)}, ${$(7)}::inet, ${$(8)}, ${$(9)},
    ${$(10)}::timestamptz, GREATEST(${now}, ${lastCutoff("account.id")}),
    ${now}, ${now}
  FROM account
  RETURNING created_at, authenticated_at`;
}

/** The values of a new session that the database determines. */
export interface NewSessionTimes {
  readonly createdAt: Date;
  readonly authenticatedAt: Date;
}

/** $1 user id, then the session's values. */
export const startSession = `WITH account AS (SELECT $1::uuid AS id),
session AS (${insertSession(2)})
SELECT created_at AS "createdAt", authenticated_at AS "authenticatedAt" FROM session`;

/**
 * The expressions that insert a session, for the statement that finds its user.
 */
export const insertBesideUser = (first: number) =>
  `session AS (${insertSession(first)})`;

/**
 * The columns that they add to the result: the time of authentication, and
 * whether the user already had the maximum number of sessions. Those are counted
 * only if the user has signed in more often than that.
 *
 * @param maxSessions an integer
 */
export function columnsBesideUser(maxSessions: number): string {
  return `(SELECT authenticated_at FROM session) AS "session.authenticatedAt",
  CASE WHEN sign_in_count <= ${maxSessions} THEN false ELSE
    (SELECT count(*) >= ${maxSessions} FROM (SELECT FROM ${sessions} AS others
      WHERE others.user_id = account.id AND others.revoked_at IS NULL
      LIMIT ${maxSessions}) AS counted) END AS "session.isOverLimit"`;
}
