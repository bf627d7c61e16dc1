import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A security event token that has been received, so that it acts once. */
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

  /** What it reports, with a digest of each account in the place of its name. */
  @Column("jsonb")
  events!: unknown[];
}
