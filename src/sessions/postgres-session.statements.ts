import { purgeBatchRows } from "../database/purge";
import { timeOf } from "../database/sql-fragment";
import { refusesTokenIssuedAt } from "../users/identity-standings.statements";
import { userColumns } from "../users/find-or-create.statement";
import {
  lateRetryWindowMilliseconds,
  rememberedRotations,
  rememberedSeconds,
} from "./rotation";

const sessions = "google_auth.sessions";

/**
 * Whether the session is covered by a cutoff, which ends all sessions of the
 * user that were started and verified before certain times.
 */
const isCutOff = `EXISTS (SELECT FROM google_auth.session_cutoffs
  WHERE session_cutoffs.user_id = sessions.user_id
    AND not_before > authenticated_at AND proved_up_to >= proved_at)`;

/**
 * The earliest allowed authentication time of a session of the user. @param
 * userId SQL
 */
const lastCutoff = (userId: string) => `(SELECT max(not_before)
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
const isToEnd = (now: string) => `revoked_at IS NULL
  AND idle_expires_at > ${now} AND absolute_expires_at > ${now}
  AND NOT ${isCutOff}`;

/** Whether a session is live. @param now SQL */
const isLive = (now: string) => `${isToEnd(now)} AND NOT ${isDisowned}`;

/** A session in the shape the rest of the code knows. */
const sessionColumns = `sessions.id, sessions.user_id AS "userId",
  client_id AS "clientId", identity_digest AS "identityDigest", salt, generation,
  rotations, late_retries AS "lateRetries",
  idle_expires_at AS "idleExpiresAt", absolute_expires_at AS "absoluteExpiresAt",
  device, host(ip) AS ip, user_agent AS "userAgent",
  key_thumbprint AS "keyThumbprint", proved_at AS "provedAt",
  authenticated_at AS "authenticatedAt", sessions.created_at AS "createdAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt",
  revoked_reason AS "revokedReason"`;

const isOver = `(${isCutOff} OR ${isDisowned}) AS "isCutOff"`;

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

/** `email_verified AS "emailVerified"` becomes `users.email_verified AS "user.emailVerified"`. */
const prefixedUserColumns = userColumns.replace(
  /(\w+)(?: AS "(\w+)")?/g,
  (_column, name: string, alias = name) => `users.${name} AS "user.${alias}"`,
);

/**
 * The columns that every replacement of a refresh token sets. A restored row
 * may be behind the token: all generations lost in between count as replaced
 * now.
 *
 * @param now SQL
 * @param generation SQL: the one being replaced
 */
const replaced = (now: string, generation: string) => `
  generation = ${generation} + 1,
  rotations = (array_fill(${now},
      ARRAY[LEAST(${generation} - generation + 1, ${rememberedRotations})])
    || ARRAY(SELECT replaced_at
      FROM unnest(rotations) WITH ORDINALITY AS one (replaced_at, place)
      WHERE replaced_at > ${now} - interval '${rememberedSeconds} seconds'
      ORDER BY place))[1:${rememberedRotations}]`;

/**
 * The columns that every use of a session sets. @param idleSeconds, ip,
 * userAgent SQL
 */
const used = (now: string, idleSeconds: string, ip: string, agent: string) =>
  `idle_expires_at = LEAST(${now} + ${idleSeconds}::integer * interval '1 second',
    absolute_expires_at),
  last_used_at = ${now}, ip = COALESCE(${ip}::inet, ip),
  user_agent = COALESCE(${agent}, user_agent)`;

/*
 * $1 session id, $2 generation, $3 pepper, $4 proof, $5 key thumbprint, $6
 * time, $7 idle seconds, $8 ip, $9 user agent. Of several concurrent ones, one
 * gets the row; the others wait for it and then see another generation.
 */
const rotate = (from: string, condition: string, columns: string) => {
  const now = timeOf("$6");
  return `UPDATE ${sessions} SET ${replaced(now, "$2::integer")},
  ${used(now, "$7", "$8", "$9")}
${from}
WHERE sessions.id = $1::uuid AND generation <= $2::integer
  AND sha256(salt || $3::bytea) = $4::bytea
  AND key_thumbprint IS NOT DISTINCT FROM $5
  AND ${isLive(now)} ${condition}
RETURNING ${sessionColumns}${columns}`;
};

/** As above, without changing anything: $1 session id, $2 pepper, $3 proof, $4 time */
const findPresented = (
  from: string,
  columns: string,
) => `SELECT ${sessionColumns},
  sha256(salt || $2::bytea) = $3::bytea AS "isProved", ${isOver},
  ${timeOf("$4")} AS "now"${columns}
FROM ${sessions} ${from} WHERE sessions.id = $1::uuid`;

/** The two statements of a rotation. */
export interface RotationStatements {
  readonly rotate: string;
  readonly find: string;
}

/** For sessions only. */
export const sessionRotation: RotationStatements = {
  rotate: rotate("", "", ""),
  find: findPresented("", ""),
};

/** With the user of the session in the same round trip. */
export const userRotation: RotationStatements = {
  rotate: rotate(
    "FROM google_auth.users",
    "AND users.id = sessions.user_id AND users.status = 'active'",
    `, ${prefixedUserColumns}`,
  ),
  find: findPresented(
    "JOIN google_auth.users ON users.id = sessions.user_id",
    `, ${prefixedUserColumns}`,
  ),
};

/*
 * $1 session id, $2 live generation, $3 time, $4 grace in milliseconds, $5 how
 * many are allowed in 30 days, $6 idle seconds. Returns nothing if a concurrent
 * one was first.
 */
export const noteLateRetry = `UPDATE ${sessions} SET
  late_retries = (ARRAY[${timeOf("$3")}] || late_retries)[1:10],
  last_used_at = ${timeOf("$3")},
  idle_expires_at = LEAST(${timeOf("$3")} + $6::integer * interval '1 second',
    absolute_expires_at)
WHERE id = $1::uuid AND generation = $2::integer AND revoked_at IS NULL
  AND coalesce(late_retries[1] <= ${timeOf("$3")} - $4::integer * interval '1 millisecond', true)
  AND (SELECT count(*) FROM unnest(late_retries) AS one (at)
    WHERE at > ${timeOf("$3")} - interval '${lateRetryWindowMilliseconds} milliseconds') < $5::integer
RETURNING id`;

/**
 * $1 session id, $2 user id, $3 key thumbprint, $4 time, $5 idle seconds, $6 ip,
 * $7 user agent, $8 client id, $9 identity digest, $10 proved at
 */
export const authenticateSession = `UPDATE ${sessions} SET ${replaced(timeOf("$4"), "generation")},
  ${used(timeOf("$4"), "$5", "$6", "$7")}, client_id = $8,
  identity_digest = $9::bytea, proved_at = $10::timestamptz,
  authenticated_at = GREATEST(${timeOf("$4")}, ${lastCutoff("$2::uuid")})
WHERE id = $1::uuid AND user_id = $2::uuid
  AND key_thumbprint IS NOT DISTINCT FROM $3 AND ${isLive(timeOf("$4"))}
RETURNING ${sessionColumns}`;

/** $1 session id, $2 user id, $3 time, $4 reason */
export const endSession = `UPDATE ${sessions}
SET revoked_at = ${timeOf("$3")}, revoked_reason = $4
WHERE id = $1::uuid AND user_id = $2::uuid AND revoked_at IS NULL
  AND NOT ${isCutOff}
RETURNING id`;

/**
 * $1 user id, $2 time, $3 up to when: the second in which the first live
 * session verified after that was authenticated; null if there is no such
 * session.
 */
export const findFirstProvedSince = `SELECT
  date_trunc('second', min(authenticated_at)) AS first
FROM ${sessions} WHERE user_id = $1::uuid AND proved_at > $3::timestamptz
  AND ${isLive(timeOf("$2"))}`;

/** $1 user id, $2 time, $3 up to when: whether there is a session to end. */
export const findAnyProvedUpTo = `SELECT FROM ${sessions}
WHERE user_id = $1::uuid AND proved_at <= $3::timestamptz
  AND ${isToEnd(timeOf("$2"))} LIMIT 1`;

/** $1 user id, $2 time, $3 up to when, $4 authenticated since, $5 how many */
export const findProvedUpTo = `SELECT id FROM ${sessions}
WHERE user_id = $1::uuid AND proved_at <= $3::timestamptz
  AND authenticated_at >= $4::timestamptz AND ${isToEnd(timeOf("$2"))}
LIMIT $5::integer`;

/*
 * $1 user id, $2 time, $3 up to when, $4 reason. Access tokens contain whole
 * seconds, so the cutoff is the next whole second, and sessions that start
 * later within the current second are dated there. Of two cutoffs within one
 * second, the second one is a second later, so that it ends what started in
 * between.
 */
export const cutOffSessions = `INSERT INTO google_auth.session_cutoffs AS kept
  (user_id, proved_up_to, not_before, reason)
VALUES ($1::uuid, $3::timestamptz, GREATEST(
  date_trunc('second', ${timeOf("$2")}) + interval '1 second',
  ${lastCutoff("$1::uuid")} + interval '1 second'), $4)
ON CONFLICT (user_id, proved_up_to) DO UPDATE SET reason = EXCLUDED.reason,
  not_before = GREATEST(EXCLUDED.not_before, kept.not_before + interval '1 second')
RETURNING not_before AS before`;

/** Maximum number of rows erased immediately; requests do not wait for more. */
const mostErased = 5000;

/*
 * $1 user id. The cutoff that ended the sessions marks the remaining rows,
 * which the purge erases.
 */
export const eraseSessions = `WITH gone AS (
  DELETE FROM ${sessions} WHERE id = ANY (ARRAY(SELECT id FROM ${sessions}
    WHERE user_id = $1::uuid LIMIT ${mostErased}))
  RETURNING 1
) UPDATE google_auth.session_cutoffs SET reason = 'erase'
WHERE user_id = $1::uuid AND (SELECT count(*) FROM gone) = ${mostErased}`;

/** A batch of the rows that `eraseSessions` left; for the purge. */
export const eraseMoreSessions = `WITH gone AS (
  DELETE FROM ${sessions} WHERE id = ANY (ARRAY(SELECT id FROM ${sessions}
    WHERE user_id IN (SELECT user_id FROM google_auth.session_cutoffs
      WHERE reason = 'erase')
    LIMIT ${purgeBatchRows} FOR UPDATE SKIP LOCKED))
  RETURNING 1
), done AS (
  UPDATE google_auth.session_cutoffs SET reason = 'user_deleted'
  WHERE reason = 'erase' AND NOT EXISTS (SELECT FROM ${sessions}
    WHERE sessions.user_id = session_cutoffs.user_id)
) SELECT count(*)::int AS count FROM gone`;
