import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A received security event token, so that it is processed only once. */
@Entity({ schema: "google_auth", name: "security_events" })
export class SecurityEventEntity {
  /** The token's `jti`. */
  @PrimaryColumn("text", { primaryKeyConstraintName: "security_events_pkey" })
  id!: string;

  /** The OAuth client id that it was sent to. */
  @Column("text", { name: "client_id" })
  clientId!: string;

  @Column("timestamptz", { name: "occurred_at" })
  occurredAt!: Date;

  @Index("security_events_received_at_idx")
  @Column("timestamptz", { name: "received_at" })
  receivedAt!: Date;

  /** Its content, with a digest in place of each account's identifier. */
  @Column("jsonb")
  events!: unknown[];
}
