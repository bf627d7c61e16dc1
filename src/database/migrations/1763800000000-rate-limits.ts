import type { MigrationInterface, QueryRunner } from "typeorm";

/** How often a client has called, counted by all instances together. */
export class RateLimits1763800000000 implements MigrationInterface {
  readonly name = "RateLimits1763800000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    // Room on every page, so that counting does not touch the indexes.
    await queryRunner.query(`
      CREATE UNLOGGED TABLE rate_limits (
        key text NOT NULL CONSTRAINT rate_limits_pkey PRIMARY KEY,
        hits integer NOT NULL,
        expires_at timestamptz NOT NULL
      ) WITH (fillfactor = 50)`);
    await queryRunner.query(
      `CREATE INDEX rate_limits_expires_at_idx ON rate_limits (expires_at)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE rate_limits`);
  }
}
