import { Check, Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A stored key is first next, then current (it signs), then previous. */
export type SigningKeyState = "next" | "current" | "previous";

/** One key of ours; the private half is only readable with SECRET_KEY. */
@Entity({ schema: "google_auth", name: "signing_keys" })
@Check("signing_keys_state_check", "state IN ('next', 'current', 'previous')")
@Check(
  "signing_keys_not_before_check",
  "(not_before IS NULL) = (state = 'next')",
)
@Check(
  "signing_keys_expires_at_check",
  "(expires_at IS NOT NULL) = (state = 'previous')",
)
@Check(
  "signing_keys_private_key_check",
  "(encrypted_private_key IS NULL) = (state = 'previous')",
)
export class SigningKeyEntity {
  @PrimaryColumn("text", { primaryKeyConstraintName: "signing_keys_pkey" })
  kid!: string;

  @Column("text")
  algorithm!: string;

  /** At most one key is next, and at most one current. */
  @Index("signing_keys_state_idx", {
    unique: true,
    where: "state <> 'previous'",
  })
  @Column("text")
  state!: SigningKeyState;

  @Column("jsonb", { name: "public_jwk" })
  publicJwk!: Record<string, unknown>;

  /** Deleted once the key has stopped signing. */
  @Column("bytea", { name: "encrypted_private_key", nullable: true })
  encryptedPrivateKey!: Buffer | null;

  /** HMAC of the public half: only a holder of SECRET_KEY can add a key. */
  @Column("bytea")
  mac!: Buffer;

  /** When it started to sign. */
  @Column("timestamptz", { name: "not_before", nullable: true })
  notBefore!: Date | null;

  /** No longer accepted from here on. */
  @Column("timestamptz", { name: "expires_at", nullable: true })
  expiresAt!: Date | null;

  /** Published from here on. */
  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;
}
