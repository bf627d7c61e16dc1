/** The SQL expressions for the columns of an audit line. */
export interface AuditColumns {
  /** uuid; random by default. */
  readonly id?: string;
  /** timestamptz: when it happened. */
  readonly at: string;
  /** text: the name of the event. */
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
 * An INSERT of audit lines, as part of the statement that makes the change, so
 * that both are atomic.
 *
 * @param from a table expression, such as `ended`; each row becomes a line
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
