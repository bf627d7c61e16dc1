import type { MigrationInterface, QueryRunner } from "typeorm";

/** Nonces given out, and ID tokens that have signed somebody in. */
export class OneTimeMarks1763700000001 implements MigrationInterface {
  readonly name = "OneTimeMarks1763700000001";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE nonces (
        digest bytea NOT NULL CONSTRAINT nonces_pkey PRIMARY KEY,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      ) WITH (fillfactor = 80)`);
    await queryRunner.query(
      `CREATE INDEX nonces_expires_at_idx ON nonces (expires_at)`,
    );
    await queryRunner.query(`
      CREATE TABLE used_id_tokens (
        digest bytea NOT NULL CONSTRAINT used_id_tokens_pkey PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await queryRunner.query(
      `CREATE INDEX used_id_tokens_expires_at_idx ON used_id_tokens (expires_at)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE used_id_tokens`);
    await queryRunner.query(`DROP TABLE nonces`);
  }
}
