import type { MigrationInterface, QueryRunner } from "typeorm";

/** Users, their identities, their sessions, and our signing keys. */
export class InitialSchema1763700000000 implements MigrationInterface {
  readonly name = "InitialSchema1763700000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE users (
        id uuid NOT NULL CONSTRAINT users_pkey PRIMARY KEY,
        status text NOT NULL DEFAULT 'active'
          CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled')),
        email text,
        email_verified boolean NOT NULL DEFAULT false,
        email_authority text NOT NULL DEFAULT 'unverified'
          CONSTRAINT users_email_authority_check
          CHECK (email_authority IN ('authoritative', 'verified', 'unverified')),
        hosted_domain text,
        name text,
        given_name text,
        family_name text,
        picture text,
        locale text,
        roles text[] NOT NULL DEFAULT '{}',
        profile jsonb NOT NULL DEFAULT '{}',
        tokens_valid_after timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        last_sign_in_at timestamptz NOT NULL
      ) WITH (fillfactor = 80)`);
    await queryRunner.query(`CREATE INDEX users_email_idx ON users (email)`);
    await queryRunner.query(`
      CREATE TABLE identities (
        issuer text NOT NULL,
        subject text NOT NULL,
        user_id uuid NOT NULL
          CONSTRAINT identities_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        claims jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        last_sign_in_at timestamptz NOT NULL,
        CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject)
      ) WITH (fillfactor = 80)`);
    await queryRunner.query(
      `CREATE INDEX identities_user_id_idx ON identities (user_id)`,
    );
    await queryRunner.query(`
      CREATE TABLE sessions (
        id uuid NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
        user_id uuid NOT NULL
          CONSTRAINT sessions_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
        client_id text NOT NULL,
        salt bytea NOT NULL,
        generation integer NOT NULL DEFAULT 1,
        rotated_at timestamptz NOT NULL,
        idle_expires_at timestamptz NOT NULL,
        absolute_expires_at timestamptz NOT NULL,
        device text,
        ip inet,
        user_agent text,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason text
      ) WITH (fillfactor = 80)`);
    await queryRunner.query(
      `CREATE INDEX sessions_user_id_idx ON sessions (user_id)`,
    );
    await queryRunner.query(`
      CREATE TABLE signing_keys (
        kid text NOT NULL CONSTRAINT signing_keys_pkey PRIMARY KEY,
        algorithm text NOT NULL,
        public_jwk jsonb NOT NULL,
        encrypted_private_key bytea NOT NULL,
        not_before timestamptz NOT NULL,
        expires_at timestamptz,
        created_at timestamptz NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE signing_keys`);
    await queryRunner.query(`DROP TABLE sessions`);
    await queryRunner.query(`DROP TABLE identities`);
    await queryRunner.query(`DROP TABLE users`);
  }
}
