import { insertAudit } from "../audit/audit-statement";
import { userColumns } from "../users/find-or-create.statement";
import { revocationsChannel } from "./revocation-feed";
import { rememberedRotations, rememberedSeconds } from "./rotation";

const columns = `id, user_id, client_id, salt, generation, idle_expires_at,
  absolute_expires_at, device, ip, user_agent, key_thumbprint, proved_at,
  created_at, last_used_at`;

/** A session in the shape the rest of the code knows. */
const sessionColumns = `sessions.id, sessions.user_id AS "userId",
  client_id AS "clientId", salt, generation, rotations,
  idle_expires_at AS "idleExpiresAt", absolute_expires_at AS "absoluteExpiresAt",
  device, host(ip) AS ip, user_agent AS "userAgent",
  key_thumbprint AS "keyThumbprint", proved_at AS "provedAt",
  sessions.created_at AS "createdAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt",
  revoked_reason AS "revokedReason"`;

/** $1 session id */
export const findSession = `SELECT ${sessionColumns} FROM sessions WHERE id = $1`;

/** $1 user id, $2 now */
export const listSessions = `SELECT ${sessionColumns} FROM sessions
WHERE user_id = $1 AND revoked_at IS NULL AND idle_expires_at > $2::timestamptz
  AND absolute_expires_at > $2::timestamptz
ORDER BY last_used_at DESC, id DESC LIMIT 1000`;

/** Inserts a session for the rows of `account`; its twelve values begin at $first. */
function insertSession(first: number, account: string): string {
  const $ = (offset: number) => `$${first + offset}`;
  return `INSERT INTO sessions (${columns})
  SELECT ${$(0)}::uuid, account.id, ${$(1)}, ${$(2)}::bytea, ${$(3)}::integer,
    ${$(5)}::timestamptz, ${$(6)}::timestamptz, ${$(7)}, ${$(8)}::inet, ${$(9)},
    ${$(10)}, ${$(11)}::timestamptz, ${$(4)}::timestamptz, ${$(4)}::timestamptz
  FROM ${account}`;
}

/** $1 user id, then the session's values; nothing when the user is gone. */
export const insertForUser = `WITH account AS (
  SELECT id FROM users WHERE id = $1::uuid FOR KEY SHARE
) ${insertSession(2, "account")} RETURNING id`;

/** The session and the audit line of a sign-in, beside the statement that finds its user. */
export function insertBesideUser(first: number): string {
  const $ = (offset: number) => `$${first + offset}`;
  const audit = insertAudit(
    {
      at: `${$(4)}::timestamptz`,
      event: "CASE WHEN is_new THEN 'sign_up' ELSE 'sign_in' END",
      userId: "account.id",
      sessionId: `${$(0)}::uuid`,
      ip: `${$(8)}::inet`,
      userAgent: $(9),
    },
    "account",
  );
  return `session AS (${insertSession(first, "account")}), audited AS (${audit})`;
}

/** `email_verified AS "emailVerified"` becomes `users.email_verified AS "user.emailVerified"`. */
const prefixedUserColumns = userColumns.replace(
  /(\w+)(?: AS "(\w+)")?/g,
  (_column, name: string, alias = name) => `users.${name} AS "user.${alias}"`,
);

/*
 * $1 session id, $2 generation, $3 pepper, $4 proof, $5 key thumbprint, $6 now,
 * $7 idle expiry, $8 ip, $9 user agent. Of several at once one gets the row;
 * the others wait for it and then see another generation.
 */
export const rotateSession = `UPDATE sessions SET generation = generation + 1,
  rotations = ARRAY[$6::timestamptz] || ARRAY(
    SELECT replaced_at FROM unnest(rotations) WITH ORDINALITY AS one (replaced_at, place)
    WHERE replaced_at > $6::timestamptz - interval '${rememberedSeconds} seconds'
    ORDER BY place LIMIT ${rememberedRotations - 1}),
  idle_expires_at = LEAST($7::timestamptz, absolute_expires_at),
  last_used_at = $6::timestamptz,
  ip = COALESCE($8::inet, ip), user_agent = COALESCE($9, user_agent)
FROM users
WHERE sessions.id = $1::uuid AND generation = $2::integer
  AND sha256(salt || $3::bytea) = $4::bytea
  AND key_thumbprint IS NOT DISTINCT FROM $5
  AND revoked_at IS NULL AND idle_expires_at > $6::timestamptz
  AND absolute_expires_at > $6::timestamptz
  AND users.id = user_id AND users.status = 'active'
RETURNING ${sessionColumns}, ${prefixedUserColumns}`;

/** As above, without changing anything: $1 session id, $2 pepper, $3 proof */
export const findPresented = `SELECT ${sessionColumns}, ${prefixedUserColumns},
  sha256(salt || $2::bytea) = $3::bytea AS "isProved"
FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.id = $1::uuid`;

/** What follows an expression `ended` of sessions: their access tokens, the log, the others. */
function afterEnded(event: string): string {
  const audit = insertAudit(
    {
      at: "$2::timestamptz",
      event,
      userId: "ended.user_id",
      sessionId: "ended.id",
      actorId: "$5::uuid",
      reason: "$4",
      ip: "$6::inet",
      userAgent: "$7",
    },
    "ended",
  );
  return `fed AS (
  INSERT INTO revocations (session_id, expires_at)
  SELECT id, $3::timestamptz FROM ended
), audited AS (${audit}), told AS (
  SELECT pg_notify('${revocationsChannel}', '') FROM ended LIMIT 1)
SELECT id, (SELECT count(*) FROM told) AS told FROM ended`;
}

const markEnded = `UPDATE sessions
  SET revoked_at = $2::timestamptz, revoked_reason = $4`;
const event = `CASE $4 WHEN 'refresh_reused' THEN 'refresh_reused' ELSE 'session_ended' END`;

/**
 * $1 session id, $2 now, $3 end of the last access token, $4 reason, $5 actor,
 * $6 ip, $7 user agent, $8 user id
 */
export const endSession = `WITH ended AS (
  ${markEnded} WHERE id = $1::uuid AND user_id = $8::uuid AND revoked_at IS NULL
  RETURNING id, user_id
), ${afterEnded(event)}`;

/**
 * As above, but $1 user id, and $8 up to when they were proved; null for
 * whenever. Sign-ins of the user have to be kept waiting.
 */
export const endAllSessions = `WITH ended AS (
  ${markEnded} WHERE user_id = $1::uuid AND revoked_at IS NULL
    AND absolute_expires_at > $2::timestamptz
    AND ($8::timestamptz IS NULL OR proved_at <= $8::timestamptz)
  RETURNING id, user_id
), ${afterEnded(event)}`;

/** $1 user id: a sign-in of the user waits until the transaction is over. */
export const lockUser = "SELECT FROM users WHERE id = $1::uuid FOR UPDATE";
