import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
} from "typeorm";
import { UserEntity } from "../users/user.entity";

/** One signed-in device of one user: a row for its whole life, updated in place. */
@Entity("sessions")
export class SessionEntity {
  /** UUIDv7; the `sid` of its access tokens. */
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "sessions_pkey" })
  id!: string;

  @Index("sessions_user_id_idx")
  @Column("uuid", { name: "user_id" })
  userId!: string;

  @ManyToOne(() => UserEntity, { onDelete: "CASCADE" })
  @JoinColumn({
    name: "user_id",
    foreignKeyConstraintName: "sessions_user_id_fkey",
  })
  user?: UserEntity;

  /** The Google client id that signed the user in. */
  @Column("text", { name: "client_id" })
  clientId!: string;

  /** Random input of the refresh token; useless without SECRET_KEY. */
  @Column("bytea")
  salt!: Buffer;

  /** Which refresh token of the session is the live one, from 1. */
  @Column("integer", { default: 1 })
  generation!: number;

  /** When the last refresh tokens were replaced, the latest first. */
  @Column("timestamptz", { array: true, default: [] })
  rotations!: Date[];

  /** Of the client's key that the tokens are bound to (RFC 9449); null when to none. */
  @Column("text", { name: "key_thumbprint", nullable: true })
  keyThumbprint!: string | null;

  @Column("timestamptz", { name: "idle_expires_at" })
  idleExpiresAt!: Date;

  @Index("sessions_absolute_expires_at_idx")
  @Column("timestamptz", { name: "absolute_expires_at" })
  absoluteExpiresAt!: Date;

  /** A label the client gave, for the user's own list. */
  @Column("text", { nullable: true })
  device!: string | null;

  @Column("inet", { nullable: true })
  ip!: string | null;

  @Column("text", { name: "user_agent", nullable: true })
  userAgent!: string | null;

  /** When the identity provider signed the token that began it. */
  @Column("timestamptz", { name: "proved_at" })
  provedAt!: Date;

  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;

  @Column("timestamptz", { name: "last_used_at" })
  lastUsedAt!: Date;

  @Column("timestamptz", { name: "revoked_at", nullable: true })
  revokedAt!: Date | null;

  @Column("text", { name: "revoked_reason", nullable: true })
  revokedReason!: string | null;
}
