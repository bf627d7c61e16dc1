/** A row of a list that is read page by page. */
export interface ListRow {
  /** When it began, to the microsecond; with the id, where the row stands. */
  readonly position: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

/*
 * Each of the lists: $1 user id, $2 position and $3 id of the last row before,
 * $4 most rows.
 */
const page = (time: string) => `(${time}, id) > ($2::timestamptz, $3::uuid)
  ORDER BY ${time}, id LIMIT $4`;

/** Every session that is still stored, also those that are over; without salt and key. */
export const findSessions = `SELECT id, created_at::text AS position,
    client_id AS "clientId", device, host(ip) AS ip, user_agent AS "userAgent",
    proved_at AS "provedAt", created_at AS "createdAt", last_used_at AS "lastUsedAt",
    idle_expires_at AS "idleExpiresAt", absolute_expires_at AS "absoluteExpiresAt",
    revoked_at AS "endedAt", revoked_reason AS "endReason"
  FROM google_auth.sessions WHERE user_id = $1::uuid AND ${page("created_at")}`;

const line = `id, occurred_at::text AS position, occurred_at AS "occurredAt", event`;

/*
 * What happened to the user. Where another person did it, that person's id,
 * address and user agent are not the user's to read.
 */
export const findAuditLines = `SELECT ${line}, session_id AS "sessionId",
    reason, details,
    CASE WHEN actor_id IS NULL OR actor_id = $1::uuid THEN host(ip) END AS ip,
    CASE WHEN actor_id IS NULL OR actor_id = $1::uuid THEN user_agent END AS "userAgent"
  FROM google_auth.audit_events WHERE user_id = $1::uuid AND ${page("occurred_at")}`;

/** What the user did to others, without saying to whom. */
export const findActions = `SELECT ${line}, host(ip) AS ip,
    user_agent AS "userAgent"
  FROM google_auth.audit_events
  WHERE actor_id = $1::uuid AND user_id IS DISTINCT FROM actor_id
    AND ${page("occurred_at")}`;

/** Before the first row of a list. */
export const beginning = {
  position: "-infinity",
  id: "00000000-0000-0000-0000-000000000000",
};

/** $1 user id: of what happened to it, the log keeps what and when. */
export const scrubAuditLines = `UPDATE google_auth.audit_events
SET ip = NULL, user_agent = NULL, details = NULL
WHERE user_id = $1::uuid AND num_nonnulls(ip, user_agent, details) > 0`;

/** $1 user id: of what it did to others, the log keeps what, when, to whom and how. */
export const scrubActions = `UPDATE google_auth.audit_events
SET ip = NULL, user_agent = NULL
WHERE actor_id = $1::uuid AND num_nonnulls(ip, user_agent) > 0`;
