import type { MigrationInterface, QueryRunner } from "typeorm";

/** What administrators look for, and what a deletion has to find. */
export class AdminLookups1764100000000 implements MigrationInterface {
  readonly name = "AdminLookups1764100000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    // With the id, so that a page is read in its order and no further.
    await queryRunner.query(
      `CREATE INDEX users_email_lower_idx ON users (lower(email), id)`,
    );
    await queryRunner.query(`DROP INDEX users_email_idx`);
    await queryRunner.query(
      `CREATE INDEX users_disabled_idx ON users (id) WHERE status = 'disabled'`,
    );
    await queryRunner.query(
      `CREATE INDEX audit_events_actor_id_idx ON audit_events (actor_id, occurred_at)
        WHERE actor_id IS NOT NULL`,
    );
    // Not of what every sign-in writes: that is found soon without an index,
    // and would pay for it.
    await queryRunner.query(
      `CREATE INDEX audit_events_rare_event_idx ON audit_events (event, occurred_at)
        WHERE event NOT IN ('sign_in', 'sign_up', 'session_ended', 'sign_in_refused')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX audit_events_rare_event_idx`);
    await queryRunner.query(`DROP INDEX audit_events_actor_id_idx`);
    await queryRunner.query(`DROP INDEX users_disabled_idx`);
    await queryRunner.query(`CREATE INDEX users_email_idx ON users (email)`);
    await queryRunner.query(`DROP INDEX users_email_lower_idx`);
  }
}
