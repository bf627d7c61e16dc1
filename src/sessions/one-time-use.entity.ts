import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A nonce that has signed somebody in. One that has not costs no row. */
@Entity({ schema: "google_auth", name: "nonces" })
export class UsedNonceEntity {
  /** SHA-256. */
  @PrimaryColumn("bytea", { primaryKeyConstraintName: "nonces_pkey" })
  digest!: Buffer;

  @Index("nonces_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}

/** An ID token that has signed somebody in, where it may do so once. */
@Entity({ schema: "google_auth", name: "used_id_tokens" })
export class UsedIdTokenEntity {
  /** SHA-256 of what was signed. */
  @PrimaryColumn("bytea", { primaryKeyConstraintName: "used_id_tokens_pkey" })
  digest!: Buffer;

  @Index("used_id_tokens_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}
