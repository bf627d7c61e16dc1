import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
} from "typeorm";
import { UserEntity } from "./user.entity";

/** One account at an identity provider, and the user it signs in. */
@Entity({ schema: "google_auth", name: "identities" })
export class IdentityEntity {
  /** Normalized. */
  @PrimaryColumn("text", { primaryKeyConstraintName: "identities_pkey" })
  issuer!: string;

  /** Case-sensitive text; Google's digits exceed what a number can hold. */
  @PrimaryColumn("text", { primaryKeyConstraintName: "identities_pkey" })
  subject!: string;

  @Index("identities_user_id_idx")
  @Column("uuid", { name: "user_id" })
  userId!: string;

  @ManyToOne(() => UserEntity, { onDelete: "CASCADE" })
  @JoinColumn({
    name: "user_id",
    foreignKeyConstraintName: "identities_user_id_fkey",
  })
  user?: UserEntity;

  /** The validated claims of the last sign-in. */
  @Column("jsonb")
  claims!: Record<string, unknown>;

  /**
   * Tokens issued at or before this time are refused; `infinity` if all are. A
   * copy from `identity_standings` that sign-ins in flight check.
   */
  @Column("timestamptz", { name: "tokens_valid_after", nullable: true })
  tokensValidAfter!: Date | null;

  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;

  @Column("timestamptz", { name: "last_sign_in_at" })
  lastSignInAt!: Date;
}
