import { randomUUID } from "node:crypto";
import { cleanText } from "../common/clean-text";
import { canonicalAddress } from "../common/ip-address";
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

/** $1 is a user id: of events about the user, only what happened and when is kept. */
export const scrubEvents = `UPDATE google_auth.audit_events
SET ip = NULL, user_agent = NULL, details = NULL
WHERE user_id = $1::uuid AND num_nonnulls(ip, user_agent, details) > 0`;

/** $1 is a user id: events that the user caused to others lose address and user agent. */
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
