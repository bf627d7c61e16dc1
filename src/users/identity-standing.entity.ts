import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/**
 * What a provider says of one of its accounts, whether or not it signs anybody
 * in here: it may precede the first sign-in, and it outlives unlinking and the
 * deletion of the user.
 */
@Entity({ schema: "google_auth", name: "identity_standings" })
export class IdentityStandingEntity {
  /** SHA-256 of issuer and subject. */
  @PrimaryColumn("bytea", {
    primaryKeyConstraintName: "identity_standings_pkey",
  })
  digest!: Buffer;

  /** Whether the provider reports that the account is not its owner's at present. */
  @Column("boolean", { default: false })
  blocked!: boolean;

  /** The time of the report that `blocked` goes by; older ones change nothing. */
  @Column("timestamptz", { name: "blocked_changed_at", nullable: true })
  blockedChangedAt!: Date | null;

  /**
   * The account whose hijacking this one is suspected of: it was linked by
   * whoever had the other at the time. It does not sign in until that is well.
   */
  @Index("identity_standings_suspended_by_idx", {
    where: "suspended_by IS NOT NULL",
  })
  @Column("bytea", { name: "suspended_by", nullable: true })
  suspendedBy!: Buffer | null;

  /** The provider's tokens issued up to then do not sign in any more. */
  @Column("timestamptz", { name: "tokens_valid_after", nullable: true })
  tokensValidAfter!: Date | null;

  /** Whom it signed in before it was unlinked; null when never, or deleted. */
  @Index("identity_standings_user_id_idx", { where: "user_id IS NOT NULL" })
  @Column("uuid", { name: "user_id", nullable: true })
  userId!: string | null;

  /** When it last did. */
  @Column("timestamptz", { name: "last_sign_in_at", nullable: true })
  lastSignInAt!: Date | null;

  /** Roles that its user has because of it: they go when it is unlinked. */
  @Column("text", {
    name: "granted_roles",
    array: true,
    default: () => "'{}'",
  })
  grantedRoles!: string[];
}
