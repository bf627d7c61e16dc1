import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** How often a client network has called within a window. The table is unlogged. */
@Entity({ schema: "google_auth", name: "rate_limits" })
export class RateLimitEntity {
  @PrimaryColumn("text", { primaryKeyConstraintName: "rate_limits_pkey" })
  key!: string;

  @Column("integer")
  hits!: number;

  @Index("rate_limits_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}
