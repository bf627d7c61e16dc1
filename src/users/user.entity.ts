import { Check, Column, Entity, Index, PrimaryColumn } from "typeorm";
import type { EmailAuthority } from "../identity/email-authority";

export type UserStatus = "active" | "disabled";

/**
 * A user of the app. Identified by a linked identity, never by e-mail address.
 */
@Entity({ schema: "google_auth", name: "users" })
// TypeORM cannot describe these: indexes on expressions, and a partial one.
@Index("users_email_lower_idx", { synchronize: false })
@Index("users_name_lower_idx", { synchronize: false })
@Index("users_disabled_idx", { synchronize: false })
@Check("users_status_check", "status IN ('active', 'disabled')")
@Check(
  "users_email_authority_check",
  "email_authority IN ('authoritative', 'verified', 'unverified')",
)
export class UserEntity {
  /** UUIDv7: new rows land at the end of the index. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "users_pkey" })
  id!: string;

  @Column("text", { default: "active" })
  status!: UserStatus;

  @Column("text", { nullable: true })
  email!: string | null;

  @Column("boolean", { name: "email_verified", default: false })
  emailVerified!: boolean;

  @Column("text", { name: "email_authority", default: "unverified" })
  emailAuthority!: EmailAuthority;

  @Column("text", { name: "hosted_domain", nullable: true })
  hostedDomain!: string | null;

  @Column("text", { nullable: true })
  name!: string | null;

  @Column("text", { name: "given_name", nullable: true })
  givenName!: string | null;

  @Column("text", { name: "family_name", nullable: true })
  familyName!: string | null;

  @Column("text", { nullable: true })
  picture!: string | null;

  @Column("text", { nullable: true })
  locale!: string | null;

  @Column("text", { array: true, default: () => "'{}'" })
  roles!: string[];

  /** The app's own fields; validated by the app's schema only. */
  @Column("jsonb", { default: () => "'{}'" })
  profile!: Record<string, unknown>;

  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;

  @Column("timestamptz", { name: "updated_at" })
  updatedAt!: Date;

  @Column("timestamptz", { name: "last_sign_in_at" })
  lastSignInAt!: Date;

  /** Including the sign-up; loaded only if selected. */
  @Column("integer", { name: "sign_in_count", default: 1, select: false })
  signInCount?: number;
}
