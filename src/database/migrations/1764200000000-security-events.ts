import type { MigrationInterface, QueryRunner } from "typeorm";

/** What Google has reported about accounts, and what follows from it. */
export class SecurityEvents1764200000000 implements MigrationInterface {
  readonly name = "SecurityEvents1764200000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE security_events (
        id text NOT NULL CONSTRAINT security_events_pkey PRIMARY KEY,
        client_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        events jsonb NOT NULL
      )`);
    await queryRunner.query(
      `CREATE INDEX security_events_received_at_idx ON security_events (received_at)`,
    );
    await queryRunner.query(`
      ALTER TABLE identities
        ADD COLUMN blocked boolean NOT NULL DEFAULT false,
        ADD COLUMN standing_since timestamptz,
        ADD COLUMN tokens_valid_after timestamptz`);
    await queryRunner.query(`ALTER TABLE users DROP COLUMN tokens_valid_after`);
    await queryRunner.query(
      `ALTER TABLE sessions ADD COLUMN proved_at timestamptz`,
    );
    await queryRunner.query(`UPDATE sessions SET proved_at = created_at`);
    await queryRunner.query(
      `ALTER TABLE sessions ALTER COLUMN proved_at SET NOT NULL`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE sessions DROP COLUMN proved_at`);
    await queryRunner.query(
      `ALTER TABLE users ADD COLUMN tokens_valid_after timestamptz`,
    );
    await queryRunner.query(`
      ALTER TABLE identities
        DROP COLUMN tokens_valid_after,
        DROP COLUMN standing_since,
        DROP COLUMN blocked`);
    await queryRunner.query(`DROP TABLE security_events`);
  }
}
