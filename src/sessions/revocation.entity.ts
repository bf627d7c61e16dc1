import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";

/**
 * A revoked session, or revoked sessions of a user, kept as long as their
 * access tokens may be in use.
 */
@Entity({ schema: "google_auth", name: "revocations" })
@Check(
  "revocations_target_check",
  "num_nonnulls(session_id, user_id) = 1 AND (user_id IS NULL) = (not_before IS NULL)",
)
export class RevocationEntity {
  @PrimaryGeneratedColumn("identity", {
    type: "bigint",
    generatedIdentity: "ALWAYS",
    primaryKeyConstraintName: "revocations_pkey",
  })
  id!: string;

  @Column("uuid", { name: "session_id", nullable: true })
  sessionId!: string | null;

  /** Of all sessions of a user… */
  @Column("uuid", { name: "user_id", nullable: true })
  userId!: string | null;

  /** …those that were authenticated before this time. */
  @Column("timestamptz", { name: "not_before", nullable: true })
  notBefore!: Date | null;

  @Column("timestamptz", {
    name: "created_at",
    default: () => "clock_timestamp()",
  })
  createdAt!: Date;

  /** When its last access token expires. */
  @Index("revocations_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}
