import { Injectable } from "@nestjs/common";
import type { EntityManager, SelectQueryBuilder } from "typeorm";
import { type AuditEventName, auditEvents } from "../audit/audit-event";
import { AuditEventEntity } from "../audit/audit-event.entity";
import { Database } from "../database/database";
import type { AuditLineDto } from "./admin-audit.dto";

/** Filters; absent ones are ignored. */
export interface AuditFilter {
  readonly userId?: string;
  readonly event?: AuditEventName;
}

/**
 * A line and its position in the log: the time, to the microsecond, and the id.
 */
export interface AuditLogLine {
  readonly line: AuditLineDto;
  readonly position: readonly [occurredAt: string, id: string];
}

/** Reads the audit log. */
@Injectable()
export class AuditLog {
  constructor(private readonly database: Database) {}

  /**
   * Matching lines, newest first. Lines added in the meantime do not shift the
   * others.
   *
   * @param before only lines before this position
   * @param limit maximum number of lines, at least 1
   * @throws AuthError `service_unavailable`
   */
  async list(
    filter: AuditFilter,
    before: readonly string[] | undefined,
    limit: number,
  ): Promise<AuditLogLine[]> {
    const { entities, raw } = await this.database.read((manager) =>
      pageOfLines(manager, filter, before, limit).getRawAndEntities<{
        position: string;
      }>(),
    );
    return entities.map(({ occurredAt, id, event, ...line }, index) => ({
      line: { id, occurredAt, event: event as AuditEventName, ...line },
      position: [raw[index]?.position ?? "", id],
    }));
  }
}

/**
 * A page of lines. Each combination of filters has a statement of its own, so
 * that each uses its index.
 */
export function pageOfLines(
  manager: EntityManager,
  { userId, event }: AuditFilter,
  before: readonly string[] | undefined,
  limit: number,
): SelectQueryBuilder<AuditEventEntity> {
  const page = manager
    .createQueryBuilder(AuditEventEntity, "line")
    // A Date has milliseconds only.
    .addSelect("CAST(line.occurred_at AS text)", "position")
    .orderBy("line.occurredAt", "DESC")
    .addOrderBy("line.id", "DESC")
    .limit(limit);
  if (userId !== undefined) page.andWhere("line.userId = :userId", { userId });
  // A constant, because the planner would not consider a partial index
  // otherwise.
  const name = Object.keys(auditEvents).find((each) => each === event);
  if (name !== undefined) page.andWhere(`line.event = '${name}'`);
  if (before !== undefined) {
    page.andWhere(
      "(line.occurredAt, line.id) < (CAST(:time AS timestamptz), CAST(:id AS uuid))",
      { time: before[0], id: before[1] },
    );
  }
  return page;
}
