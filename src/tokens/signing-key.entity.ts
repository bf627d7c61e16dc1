import { Column, Entity, PrimaryColumn } from "typeorm";

/** One key of ours; the private half is only readable with SECRET_KEY. */
@Entity("signing_keys")
export class SigningKeyEntity {
  @PrimaryColumn("text", { primaryKeyConstraintName: "signing_keys_pkey" })
  kid!: string;

  @Column("text")
  algorithm!: string;

  @Column("jsonb", { name: "public_jwk" })
  publicJwk!: Record<string, unknown>;

  @Column("bytea", { name: "encrypted_private_key" })
  encryptedPrivateKey!: Buffer;

  /** Signs from here on. */
  @Column("timestamptz", { name: "not_before" })
  notBefore!: Date;

  /** No longer believed from here on; null while it is the current key. */
  @Column("timestamptz", { name: "expires_at", nullable: true })
  expiresAt!: Date | null;

  @Column("timestamptz", { name: "created_at" })
  createdAt!: Date;
}
