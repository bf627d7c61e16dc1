/** Where an audit line takes its values from: SQL expressions, not values. */
export interface AuditColumns {
  /** A uuid; a new one unless given. */
  readonly id?: string;
  /** When it happened: a timestamptz. */
  readonly at: string;
  /** An event's name: text. */
  readonly event: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly actorId?: string;
  readonly reason?: string;
  /** jsonb. */
  readonly details?: string;
  /** inet. */
  readonly ip?: string;
  readonly userAgent?: string;
}

/**
 * The expression that writes audit lines within the statement that does what
 * they report, so that there is never one without the other.
 *
 * @param from one line is written for each of its rows, such as `ended`
 */
export function insertAudit(columns: AuditColumns, from: string): string {
  const { id, at, event, userId, sessionId, actorId } = columns;
  const { reason, details, ip, userAgent } = columns;
  return `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_id, session_id,
    actor_id, reason, details, ip, user_agent)
  SELECT ${id ?? "gen_random_uuid()"}, ${at}, ${event},
    ${userId ?? "NULL::uuid"}, ${sessionId ?? "NULL::uuid"},
    ${actorId ?? "NULL::uuid"}, ${reason ?? "NULL::text"},
    ${details ?? "NULL::jsonb"}, ${ip ?? "NULL::inet"},
    ${userAgent ?? "NULL::text"}
  FROM ${from}`;
}
