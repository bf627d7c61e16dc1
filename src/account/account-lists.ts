import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from "typeorm";
import { AuditEventEntity } from "../audit/audit-event.entity";
import { SessionEntity } from "../sessions/session.entity";

/**
 * The position of a row in a list: its start time, to the microsecond, and its
 * id.
 */
export interface Position {
  readonly time: string;
  readonly id: string;
}

/** Before the first row of a list. */
export const beginning: Position = {
  time: "-infinity",
  id: "00000000-0000-0000-0000-000000000000",
};

/** A row as it is exported, and its position. */
export interface ListRow {
  readonly exported: object;
  readonly position: Position;
}

/** Reads a page of a list of a user's data, oldest first. */
export type ReadPage = (
  manager: EntityManager,
  userId: string,
  after: Position,
  limit: number,
) => Promise<ListRow[]>;

/**
 * Every stored session, including those that have ended; without salt and key.
 */
const sessions: ReadPage = (manager, userId, after, limit) => {
  const query = manager
    .createQueryBuilder(SessionEntity, "row")
    .where("row.userId = :userId", { userId });
  return page(query, "createdAt", after, limit, (row) => ({
    id: row.id,
    clientId: row.clientId,
    device: row.device,
    ip: row.ip,
    userAgent: row.userAgent,
    provedAt: row.provedAt,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
    idleExpiresAt: row.idleExpiresAt,
    absoluteExpiresAt: row.absoluteExpiresAt,
    endedAt: row.revokedAt,
    endReason: row.revokedReason,
  }));
};

/**
 * What happened to the user. If another person did it, that person's id,
 * address and user agent are omitted.
 */
const auditEvents: ReadPage = (manager, userId, after, limit) => {
  const query = manager
    .createQueryBuilder(AuditEventEntity, "row")
    .where("row.userId = :userId", { userId });
  return page(query, "occurredAt", after, limit, (row) => {
    const isOwn = row.actorId === null || row.actorId === userId;
    return {
      id: row.id,
      occurredAt: row.occurredAt,
      event: row.event,
      sessionId: row.sessionId,
      reason: row.reason,
      details: row.details,
      ip: isOwn ? row.ip : null,
      userAgent: isOwn ? row.userAgent : null,
    };
  });
};

/** What the user did to others, without naming them. */
const actions: ReadPage = (manager, userId, after, limit) => {
  const query = manager
    .createQueryBuilder(AuditEventEntity, "row")
    .where("row.actorId = :userId AND row.userId IS DISTINCT FROM :userId", {
      userId,
    });
  return page(query, "occurredAt", after, limit, (row) => ({
    id: row.id,
    occurredAt: row.occurredAt,
    event: row.event,
    ip: row.ip,
    userAgent: row.userAgent,
  }));
};

/** The lists of an export, by name. */
export const accountLists = { sessions, auditEvents, actions };

async function page<T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  time: keyof T & string,
  after: Position,
  limit: number,
  exported: (row: T) => object,
): Promise<ListRow[]> {
  const { entities, raw } = await query
    // A Date has milliseconds only.
    .addSelect(`CAST(row.${time} AS text)`, "position")
    .andWhere(
      `(row.${time}, row.id) > (CAST(:time AS timestamptz), CAST(:id AS uuid))`,
      { ...after },
    )
    .orderBy(`row.${time}`)
    .addOrderBy("row.id")
    .limit(limit)
    .getRawAndEntities<{ position: string }>();
  return entities.map((row, index) => ({
    exported: exported(row),
    position: { time: raw[index]?.position ?? "", id: row.id },
  }));
}
