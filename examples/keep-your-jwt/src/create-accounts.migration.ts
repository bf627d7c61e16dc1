import type { MigrationInterface, QueryRunner } from "typeorm";

/** The application's own accounts, with passwords; `google_auth_id` is new. */
export class CreateAccounts1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE public.accounts (
        id serial PRIMARY KEY,
        email text NOT NULL UNIQUE CHECK (email = lower(email)),
        google_auth_id uuid UNIQUE
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE public.accounts");
  }
}
