import { randomUUID } from "node:crypto";
import { cleanText } from "../common/clean-text";
import { canonicalAddress } from "../common/ip-address";
import { purgeBatchRows } from "../database/purge";
import type { AuditEvent } from "./audit-event";
import { insertAudit } from "./audit-statement";

const maxUserAgentLength = 512;

/** A row of `audit_events` as JSON. */
export type AuditLine = Readonly<Record<string, unknown>>;

/** Expands a JSON array to rows with the types of the table. */
const lines = `jsonb_to_recordset($1::jsonb) AS line(id uuid, at timestamptz,
  event text, user_id uuid, session_id uuid, actor_id uuid, reason text,
  details jsonb, ip inet, user_agent text)`;

const columns = {
  id: "line.id",
  at: "line.at",
  event: "line.event",
  userId: "line.user_id",
  sessionId: "line.session_id",
  actorId: "line.actor_id",
  reason: "line.reason",
  details: "line.details",
  ip: "line.ip",
  userAgent: "line.user_agent",
};

/**
 * $1 is a JSON array of lines. They have ids already, so that a statement that is
 * sent again after a lost response writes no line twice.
 */
export const insertLines = `${insertAudit(columns, lines)}
ON CONFLICT (occurred_at, id) DO NOTHING`;

/**
 * For a deleted user, the log keeps only what happened and when. @param found
 * SQL: which lines
 */
const scrubbed = (found: string) => `WITH found AS (${found}), scrubbed AS (
  UPDATE google_auth.audit_events AS lines
  SET ip = NULL, user_agent = NULL, details = NULL FROM found
  WHERE lines.occurred_at = found.occurred_at AND lines.id = found.id
  RETURNING 1
) SELECT count(*)::int AS count FROM scrubbed`;

/**
 * $1 user id: scrubs as many lines as the request can wait for; `scrubLate`
 * does the rest.
 */
export const scrubEvents = scrubbed(`SELECT occurred_at, id
  FROM google_auth.audit_events WHERE user_id = $1::uuid
    AND num_nonnulls(ip, user_agent, details) > 0 LIMIT 5000`);

/**
 * A batch of the remaining lines of recently deleted users, and of lines
 * written after the deletion.
 */
export const scrubLate = scrubbed(`SELECT lines.occurred_at, lines.id
  FROM google_auth.audit_events AS deletions
  JOIN google_auth.audit_events AS lines ON lines.user_id = deletions.user_id
  WHERE deletions.event = 'user_deleted'
    AND deletions.occurred_at > now() - interval '1 hour'
    AND num_nonnulls(lines.ip, lines.user_agent, lines.details) > 0
  LIMIT ${purgeBatchRows}`);

/**
 * $1 is a user id: removes address and user agent from events that the user
 * caused for others.
 */
export const scrubActions = `UPDATE google_auth.audit_events
SET ip = NULL, user_agent = NULL
WHERE actor_id = $1::uuid AND num_nonnulls(ip, user_agent) > 0`;

/** The parameter of `insertLines`. */
export function asParameter(lines: readonly AuditLine[]): string {
  return JSON.stringify(lines, withoutUnfit);
}

/** @param now when it happened, milliseconds since 1970 */
export function auditLine(event: AuditEvent, now: number): AuditLine {
  return {
    id: randomUUID(),
    at: new Date(now).toISOString(),
    event: event.event,
    user_id: event.userId,
    session_id: event.sessionId ?? null,
    actor_id: event.actorId ?? null,
    reason: event.reason ?? null,
    details: event.details ?? null,
    ip: event.ip ? canonicalAddress(event.ip) : null,
    user_agent: event.userAgent?.slice(0, maxUserAgentLength) ?? null,
  };
}

/** A text that Postgres cannot store would lose the whole batch. */
function withoutUnfit(_key: string, value: unknown): unknown {
  return typeof value === "string" ? cleanText(value) : value;
}
