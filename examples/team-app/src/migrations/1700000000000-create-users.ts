import type { MigrationInterface, QueryRunner } from "typeorm";

/** The application's own users, from before there was sign-in with Google. */
export class CreateUsers1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE public.users (
        id serial PRIMARY KEY,
        email text NOT NULL UNIQUE CHECK (email = lower(email)),
        tenant text NOT NULL,
        role text NOT NULL DEFAULT 'member'
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE public.users");
  }
}
