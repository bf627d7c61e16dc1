import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Connects the users with those of nest-google-auth. Whoever deletes the account
 * (`DELETE /users/me`) deletes the row here as well; use SET NULL to keep it.
 */
export class ConnectUsers1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE public.users ADD COLUMN google_auth_id uuid UNIQUE
        REFERENCES google_auth.users ON DELETE CASCADE`);
    await runner.query(`
      CREATE TABLE public.invitations (
        email text PRIMARY KEY CHECK (email = lower(email)),
        tenant text NOT NULL,
        role text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE public.onboarding (
        user_id integer PRIMARY KEY
          REFERENCES public.users ON DELETE CASCADE,
        step text NOT NULL DEFAULT 'welcome'
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE public.onboarding, public.invitations");
    await runner.query("ALTER TABLE public.users DROP COLUMN google_auth_id");
  }
}
