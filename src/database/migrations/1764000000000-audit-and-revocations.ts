import type { MigrationInterface, QueryRunner } from "typeorm";

/** What happened, what died, and when each refresh token was replaced. */
export class AuditAndRevocations1764000000000 implements MigrationInterface {
  readonly name = "AuditAndRevocations1764000000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    // Lines outlive their users and sessions: no foreign keys. The partitions
    // by month are made ahead by the service; until then, and should a clock
    // be far off, lines go to the default one.
    await queryRunner.query(`
      CREATE TABLE audit_events (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        occurred_at timestamptz NOT NULL,
        event text NOT NULL,
        user_id uuid,
        session_id uuid,
        actor_id uuid,
        reason text,
        details jsonb,
        ip inet,
        user_agent text,
        CONSTRAINT audit_events_pkey PRIMARY KEY (occurred_at, id)
      ) PARTITION BY RANGE (occurred_at)`);
    await queryRunner.query(
      `CREATE INDEX audit_events_user_id_idx ON audit_events (user_id, occurred_at)`,
    );
    await queryRunner.query(
      `CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT`,
    );
    // The transaction's number says which rows a reader may not have seen yet;
    // the id alone would not, for a lower one may be committed later.
    await queryRunner.query(`
      CREATE TABLE revocations (
        id bigint GENERATED ALWAYS AS IDENTITY
          CONSTRAINT revocations_pkey PRIMARY KEY,
        session_id uuid NOT NULL,
        expires_at timestamptz NOT NULL,
        transaction xid8 NOT NULL DEFAULT pg_current_xact_id()
      )`);
    await queryRunner.query(
      `CREATE INDEX revocations_transaction_idx ON revocations (transaction)`,
    );
    await queryRunner.query(
      `CREATE INDEX revocations_expires_at_idx ON revocations (expires_at)`,
    );
    await queryRunner.query(`
      ALTER TABLE sessions
        ADD COLUMN rotations timestamptz[] NOT NULL DEFAULT '{}',
        ADD COLUMN key_thumbprint text,
        DROP COLUMN rotated_at`);
    // Not on what a refresh changes: its updates would touch every index.
    await queryRunner.query(
      `CREATE INDEX sessions_absolute_expires_at_idx ON sessions (absolute_expires_at)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX sessions_absolute_expires_at_idx`);
    await queryRunner.query(`
      ALTER TABLE sessions
        ADD COLUMN rotated_at timestamptz NOT NULL DEFAULT now(),
        DROP COLUMN key_thumbprint,
        DROP COLUMN rotations`);
    await queryRunner.query(
      `ALTER TABLE sessions ALTER COLUMN rotated_at DROP DEFAULT`,
    );
    await queryRunner.query(`DROP TABLE revocations`);
    await queryRunner.query(`DROP TABLE audit_events`);
  }
}
