import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/**
 * The status of an account as reported by its provider. It may exist before the
 * first sign-in, and it is kept after unlinking and after the user's deletion.
 */
@Entity({ schema: "google_auth", name: "identity_standings" })
export class IdentityStandingEntity {
  /** SHA-256 of issuer and subject. */
  @PrimaryColumn("bytea", {
    primaryKeyConstraintName: "identity_standings_pkey",
  })
  digest!: Buffer;

  /**
   * Whether the provider has reported the account as disabled, deleted or
   * hijacked.
   */
  @Column("boolean", { default: false })
  blocked!: boolean;

  /** The time of the report that set `blocked`; older ones are ignored. */
  @Column("timestamptz", { name: "blocked_changed_at", nullable: true })
  blockedChangedAt!: Date | null;

  /**
   * The hijacked account because of which this one is suspended: the hijacker
   * may have linked it. It cannot sign in until that account is unblocked.
   */
  @Index("identity_standings_suspended_by_idx", {
    where: "suspended_by IS NOT NULL",
  })
  @Column("bytea", { name: "suspended_by", nullable: true })
  suspendedBy!: Buffer | null;

  /** Tokens that the provider issued at or before this time are refused. */
  @Column("timestamptz", { name: "tokens_valid_after", nullable: true })
  tokensValidAfter!: Date | null;

  /**
   * The user it was linked to; null if it was never unlinked or the user is
   * deleted.
   */
  @Index("identity_standings_user_id_idx", { where: "user_id IS NOT NULL" })
  @Column("uuid", { name: "user_id", nullable: true })
  userId!: string | null;

  /** When it last signed that user in. */
  @Column("timestamptz", { name: "last_sign_in_at", nullable: true })
  lastSignInAt!: Date | null;

  /** Roles that its user has because of it; removed when it is unlinked. */
  @Column("text", {
    name: "granted_roles",
    array: true,
    default: () => "'{}'",
  })
  grantedRoles!: string[];
}
