import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A line of the audit log. The table is partitioned by month. */
@Entity({ schema: "google_auth", name: "audit_events" })
@Index("audit_events_user_id_idx", ["userId", "occurredAt"])
@Index("audit_events_actor_id_idx", ["actorId", "occurredAt"], {
  where: "actor_id IS NOT NULL",
})
// Postgres normalizes the condition, so it reads differently in the catalog.
@Index("audit_events_event_idx", { synchronize: false })
export class AuditEventEntity {
  @PrimaryColumn("timestamptz", {
    name: "occurred_at",
    primaryKeyConstraintName: "audit_events_pkey",
  })
  occurredAt!: Date;

  @PrimaryColumn("uuid", {
    primaryKeyConstraintName: "audit_events_pkey",
  })
  id!: string;

  /** A name of `auditEvents`. */
  @Column("text")
  event!: string;

  @Column("uuid", { name: "user_id", nullable: true })
  userId!: string | null;

  @Column("uuid", { name: "session_id", nullable: true })
  sessionId!: string | null;

  /** Who did it, if that is another user. */
  @Column("uuid", { name: "actor_id", nullable: true })
  actorId!: string | null;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("jsonb", { nullable: true })
  details!: Record<string, unknown> | null;

  @Column("inet", { nullable: true })
  ip!: string | null;

  @Column("text", { name: "user_agent", nullable: true })
  userAgent!: string | null;
}
