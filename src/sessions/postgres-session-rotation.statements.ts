import { timeOf } from "../database/sql-fragment";
import { userColumns } from "../users/find-or-create.statement";
import {
  isLive,
  isOver,
  lastCutoff,
  sessionColumns,
  sessions,
} from "./postgres-session.statements";
import {
  lateRetryWindowMilliseconds,
  rememberedRotations,
  rememberedSeconds,
} from "./rotation";

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
