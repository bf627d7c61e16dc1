import { AuditTrail } from "../../src/audit/audit-trail";
import type { TestService } from "../../src/testing/test-service";
import { query } from "./rows";

/** A line of the audit log without its time, id and user. */
export interface Line {
  readonly event: string;
  readonly sessionId: string | null;
  readonly actorId: string | null;
  readonly reason: string | null;
  readonly details: Record<string, unknown> | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const columns = `event, session_id AS "sessionId", actor_id AS "actorId",
  reason, details, host(ip) AS ip, user_agent AS "userAgent"`;

/** The audit lines of a user, oldest first. */
export function linesOf(service: TestService, userId: string): Promise<Line[]> {
  return query<Line>(
    service,
    `SELECT ${columns} FROM google_auth.audit_events WHERE user_id = $1
     ORDER BY occurred_at, id`,
    [userId],
  );
}

/**
 * Starts watching for lines without a user. The returned function flushes the
 * waiting lines and returns those written since.
 */
export async function linesSince(
  service: TestService,
): Promise<() => Promise<Line[]>> {
  const read = async () => {
    await service.app.get(AuditTrail).flush();
    return query<Line & { id?: string }>(
      service,
      `SELECT id, ${columns} FROM google_auth.audit_events WHERE user_id IS NULL
       ORDER BY occurred_at, id`,
    );
  };
  const before = new Set((await read()).map(({ id }) => id));
  return async () => {
    const lines: Line[] = [];
    for (const { id, ...line } of await read()) {
      if (!before.has(id)) lines.push(line);
    }
    return lines;
  };
}
