import { AuditTrail } from "../../src/audit/audit-trail";
import type { TestService } from "../../src/testing/test-service";
import { query } from "./rows";

/** A line of the audit log without its time, its id and whom it is about. */
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

/** What happened to a user, in its order. */
export function linesOf(service: TestService, userId: string): Promise<Line[]> {
  return query<Line>(
    service,
    `SELECT ${columns} FROM google_auth.audit_events WHERE user_id = $1
     ORDER BY occurred_at, id`,
    [userId],
  );
}

/**
 * Begins to look at what is about nobody; the function it gives writes what
 * waits and says what has come since.
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
