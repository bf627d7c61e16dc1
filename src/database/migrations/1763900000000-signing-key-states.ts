import type { MigrationInterface, QueryRunner } from "typeorm";

/** Signing keys that follow one another: next, current, previous. */
export class SigningKeyStates1763900000000 implements MigrationInterface {
  readonly name = "SigningKeyStates1763900000000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE signing_keys
        ADD COLUMN state text,
        ALTER COLUMN not_before DROP NOT NULL,
        ALTER COLUMN encrypted_private_key DROP NOT NULL`);
    // Until now the newest of them signed.
    await queryRunner.query(`
      UPDATE signing_keys SET state = 'current' WHERE kid = (
        SELECT kid FROM signing_keys WHERE expires_at IS NULL
        ORDER BY not_before DESC, kid LIMIT 1)`);
    await queryRunner.query(`
      UPDATE signing_keys SET state = 'previous', encrypted_private_key = NULL,
        expires_at = coalesce(expires_at, now() + interval '2 hours')
      WHERE state IS NULL`);
    await queryRunner.query(`
      ALTER TABLE signing_keys
        ALTER COLUMN state SET NOT NULL,
        ADD CONSTRAINT signing_keys_state_check
          CHECK (state IN ('next', 'current', 'previous')),
        ADD CONSTRAINT signing_keys_not_before_check
          CHECK ((not_before IS NULL) = (state = 'next')),
        ADD CONSTRAINT signing_keys_expires_at_check
          CHECK ((expires_at IS NOT NULL) = (state = 'previous')),
        ADD CONSTRAINT signing_keys_private_key_check
          CHECK ((encrypted_private_key IS NULL) = (state = 'previous'))`);
    // Whatever goes wrong: two keys never sign.
    await queryRunner.query(`
      CREATE UNIQUE INDEX signing_keys_state_idx ON signing_keys (state)
        WHERE state <> 'previous'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DELETE FROM signing_keys WHERE state = 'next'`);
    await queryRunner.query(`DROP INDEX signing_keys_state_idx`);
    await queryRunner.query(`
      ALTER TABLE signing_keys
        DROP CONSTRAINT signing_keys_private_key_check,
        DROP COLUMN state,
        ALTER COLUMN not_before SET NOT NULL`);
    // Only the newest has to be readable; a private half that is gone is gone.
    await queryRunner.query(`
      UPDATE signing_keys SET encrypted_private_key = ''
        WHERE encrypted_private_key IS NULL`);
    await queryRunner.query(`
      ALTER TABLE signing_keys ALTER COLUMN encrypted_private_key SET NOT NULL`);
  }
}
