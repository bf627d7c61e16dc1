import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A nonce that has been used. Unused ones are not stored. */
@Entity({ schema: "google_auth", name: "nonces" })
export class UsedNonceEntity {
  /** SHA-256. */
  @PrimaryColumn("bytea", { primaryKeyConstraintName: "nonces_pkey" })
  digest!: Buffer;

  @Index("nonces_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}

/** An ID token that has been used, if tokens can be used only once. */
@Entity({ schema: "google_auth", name: "used_id_tokens" })
export class UsedIdTokenEntity {
  /** SHA-256 of what was signed. */
  @PrimaryColumn("bytea", { primaryKeyConstraintName: "used_id_tokens_pkey" })
  digest!: Buffer;

  @Index("used_id_tokens_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}
