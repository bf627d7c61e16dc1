import { Injectable } from "@nestjs/common";
import { type AuditEventName, auditEvents } from "../audit/audit-event";
import { Database } from "../database/database";
import type { AuditLineDto } from "./admin-audit.dto";

/** Which lines; what is absent does not matter. */
export interface AuditFilter {
  readonly userId?: string;
  readonly event?: AuditEventName;
}

/** A line, and where it stands in the log: the time to the microsecond, and the id. */
export interface AuditLogLine {
  readonly line: AuditLineDto;
  readonly position: readonly [occurredAt: string, id: string];
}

type Row = AuditLineDto & { readonly position: string };

const columns = `id, occurred_at AS "occurredAt", event, user_id AS "userId",
  session_id AS "sessionId", actor_id AS "actorId", reason, details,
  host(ip) AS ip, user_agent AS "userAgent", occurred_at::text AS position`;

/** Reads the audit log. */
@Injectable()
export class AuditLog {
  constructor(private readonly database: Database) {}

  /**
   * Lines that match, the newest first. Lines that come meanwhile do not move
   * the others.
   *
   * @param before only lines that stand before this position
   * @param limit most lines, at least 1
   * @throws AuthError `service_unavailable`
   */
  async list(
    filter: AuditFilter,
    before: readonly string[] | undefined,
    limit: number,
  ): Promise<AuditLogLine[]> {
    const { text, values } = listLinesStatement(filter, before, limit);
    const rows = await this.database.query<Row>(text, values);
    return rows.map(({ position, ...line }) => ({
      line,
      position: [position, line.id],
    }));
  }
}

/**
 * The statement of a page of lines. There is a text for each combination of what
 * is asked for, so that each uses its index.
 */
export function listLinesStatement(
  { userId, event }: AuditFilter,
  before: readonly string[] | undefined,
  limit: number,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [limit];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    ...(userId === undefined ? [] : [`user_id = ${$(userId)}::uuid`]),
    // As a constant, or the index of rare events would not be thought of.
    ...Object.keys(auditEvents)
      .filter((name) => name === event)
      .map((name) => `event = '${name}'`),
    ...(before === undefined
      ? []
      : [
          `(occurred_at, id) < (${$(before[0])}::timestamptz, ${$(before[1])}::uuid)`,
        ]),
  ];
  const where =
    conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  return {
    text: `SELECT ${columns} FROM google_auth.audit_events ${where}
      ORDER BY occurred_at DESC, id DESC LIMIT $1`,
    values,
  };
}
