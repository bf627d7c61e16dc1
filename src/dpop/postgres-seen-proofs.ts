import { Injectable } from "@nestjs/common";
import { Column, Entity, Index, PrimaryColumn } from "typeorm";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { digestOfProof, SeenProofs } from "./seen-proofs";

/**
 * A DPoP proof that has been used. The table is empty after a crash of
 * Postgres.
 */
@Entity({ schema: "google_auth", name: "used_dpop_proofs" })
export class UsedDpopProofEntity {
  /** SHA-256 of the key's thumbprint and the proof's id. */
  @PrimaryColumn("bytea", { primaryKeyConstraintName: "used_dpop_proofs_pkey" })
  digest!: Buffer;

  @Index("used_dpop_proofs_expires_at_idx")
  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}

/** $1 digest, $2 when it may be forgotten */
const insert = `INSERT INTO google_auth.used_dpop_proofs (digest, expires_at)
VALUES ($1::bytea, $2::timestamptz)
ON CONFLICT (digest) DO NOTHING
RETURNING true AS added`;

/** Stored in a table shared by all instances: one small statement per proof. */
@Injectable()
export class PostgresSeenProofs extends SeenProofs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    purge: Purge,
  ) {
    super();
    purge.add({
      table: "used_dpop_proofs",
      key: "digest",
      time: "expires_at",
      keptSeconds: 60,
    });
  }

  override async add(
    thumbprint: string,
    id: string,
    keptSeconds: number,
  ): Promise<boolean> {
    const until = this.clock.now() + keptSeconds * 1000;
    const rows = await this.database.query(insert, [
      ...[digestOfProof(thumbprint, id), new Date(until).toISOString()],
    ]);
    return rows.length > 0;
  }
}
