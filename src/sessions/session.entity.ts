import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
} from "typeorm";
import { UserEntity } from "../users/user.entity";

/**
 * One signed-in device of one user: a row for its whole lifetime, updated in
 * place.
 */
@Entity({ schema: "google_auth", name: "sessions" })
@Index("sessions_user_id_idx", ["userId", "createdAt"])
export class SessionEntity {
  /** UUIDv7; the `sid` of its access tokens. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "sessions_pkey" })
  id!: string;

  @Column("uuid", { name: "user_id" })
  userId!: string;

  /** Present if users are in this database; they may be stored elsewhere. */
  @ManyToOne(() => UserEntity, { createForeignKeyConstraints: false })
  @JoinColumn({ name: "user_id" })
  user?: UserEntity;

  /** The Google client id that signed the user in. */
  @Column("text", { name: "client_id" })
  clientId!: string;

  /** SHA-256 of the account that the user last authenticated with. */
  @Column("bytea", { name: "identity_digest" })
  identityDigest!: Buffer;

  /** Random input of the refresh token; useless without SECRET_KEY. */
  @Column("bytea")
  salt!: Buffer;

  /** Which refresh token of the session is the live one, from 1. */
  @Column("integer", { default: 1 })
  generation!: number;

  /** When the last refresh tokens were replaced, latest first. */
  @Column("timestamptz", { array: true, default: [] })
  rotations!: Date[];

  /**
   * When a replaced token was accepted after the grace period, latest first.
   */
  @Column("timestamptz", { name: "late_retries", array: true, default: [] })
  lateRetries!: Date[];

  /**
   * Thumbprint of the client's key that the tokens are bound to (RFC 9449);
   * null if unbound.
   */
  @Column("text", { name: "key_thumbprint", nullable: true })
  keyThumbprint!: string | null;

  @Column("timestamptz", { name: "idle_expires_at" })
  idleExpiresAt!: Date;

  @Index("sessions_absolute_expires_at_idx")
  @Column("timestamptz", { name: "absolute_expires_at" })
  absoluteExpiresAt!: Date;

  /** A label sent by the client, for the user's list of sessions. */
  @Column("text", { nullable: true })
  device!: string | null;

  @Column("inet", { nullable: true })
  ip!: string | null;

  @Column("text", { name: "user_agent", nullable: true })
  userAgent!: string | null;

  /**
   * When the identity provider signed the token that the user last
   * authenticated with.
   */
  @Column("timestamptz", { name: "proved_at" })
  provedAt!: Date;

  /**
   * When the user last signed in or reauthenticated: the `auth_time` of its
   * tokens.
   */
  @Column("timestamptz", { name: "authenticated_at" })
  authenticatedAt!: Date;

  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;

  @Column("timestamptz", { name: "last_used_at" })
  lastUsedAt!: Date;

  @Column("timestamptz", { name: "revoked_at", nullable: true })
  revokedAt!: Date | null;

  @Column("text", { name: "revoked_reason", nullable: true })
  revokedReason!: string | null;
}

/**
 * Ends all sessions of a user that were authenticated and verified before
 * certain times, with a single row.
 */
@Entity({ schema: "google_auth", name: "session_cutoffs" })
@Index("session_cutoffs_to_erase_idx", ["userId"], {
  where: "reason = 'erase'",
})
export class SessionCutoffEntity {
  @PrimaryColumn("uuid", {
    name: "user_id",
    primaryKeyConstraintName: "session_cutoffs_pkey",
  })
  userId!: string;

  /** Only sessions last verified at or before this time; `infinity` for all. */
  @PrimaryColumn("timestamptz", {
    name: "proved_up_to",
    primaryKeyConstraintName: "session_cutoffs_pkey",
  })
  provedUpTo!: Date;

  /** A whole second: sessions authenticated before it have ended. */
  @Index("session_cutoffs_not_before_idx")
  @Column("timestamptz", { name: "not_before" })
  notBefore!: Date;

  /**
   * The reason; `erase` while sessions of a deleted user still have to be
   * erased.
   */
  @Column("text")
  reason!: string;
}
