import type { MigrationInterface, QueryRunner } from "typeorm";
import { migrationLimits } from "../database-session";

/**
 * Everything this software stores, in a schema of its own: an application that
 * shares the database keeps its own tables, whatever they are called.
 */
export class InitialSchema1767225600000 implements MigrationInterface {
  readonly name = "InitialSchema1767225600000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(migrationLimits);
    await queryRunner.query(`CREATE SCHEMA IF NOT EXISTS google_auth`);
    // Regardless of who ran the migrations and where the list of them is
    // stored.
    await queryRunner.query(
      `COMMENT ON SCHEMA google_auth IS 'nest-google-auth schema 1'`,
    );
    for (const statement of [
      ...users,
      ...sessions,
      ...oneTimeUse,
      ...signingKeys,
      ...auditLog,
      ...others,
    ]) {
      await queryRunner.query(statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(migrationLimits);
    // The schema stays: the table of the migrations is in it.
    await queryRunner.query(`COMMENT ON SCHEMA google_auth IS NULL`);
    for (const table of tables) {
      await queryRunner.query(`DROP TABLE google_auth.${table}`);
    }
  }
}

const tables = [
  ...["rate_limits", "security_events", "audit_events", "signing_keys"],
  ...[
    "used_dpop_proofs",
    "used_id_tokens",
    "nonces",
    "revocations",
    "session_cutoffs",
  ],
  ...["sessions", "identity_standings", "identities", "users"],
];

const users = [
  `CREATE TABLE google_auth.users (
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
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_sign_in_at timestamptz NOT NULL,
    sign_in_count integer NOT NULL DEFAULT 1
  ) WITH (fillfactor = 80)`,
  // Includes the id, so that a page is read in order and no further.
  `CREATE INDEX users_email_lower_idx ON google_auth.users (lower(email), id)`,
  // Cut, because an index entry has a maximum size.
  `CREATE INDEX users_name_lower_idx
    ON google_auth.users (lower(left(name, 256)), id)`,
  `CREATE INDEX users_disabled_idx ON google_auth.users (id)
    WHERE status = 'disabled'`,
  `CREATE TABLE google_auth.identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL
      CONSTRAINT identities_user_id_fkey
      REFERENCES google_auth.users (id) ON DELETE CASCADE,
    claims jsonb NOT NULL,
    tokens_valid_after timestamptz,
    created_at timestamptz NOT NULL,
    last_sign_in_at timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject)
  ) WITH (fillfactor = 80)`,
  `CREATE INDEX identities_user_id_idx ON google_auth.identities (user_id)`,
  // Outlives the identity and the user, and may precede both: no foreign keys,
  // and a digest instead of issuer and subject.
  `CREATE TABLE google_auth.identity_standings (
    digest bytea NOT NULL CONSTRAINT identity_standings_pkey PRIMARY KEY,
    blocked boolean NOT NULL DEFAULT false,
    blocked_changed_at timestamptz,
    suspended_by bytea,
    tokens_valid_after timestamptz,
    user_id uuid,
    last_sign_in_at timestamptz,
    granted_roles text[] NOT NULL DEFAULT '{}'
  )`,
  `CREATE INDEX identity_standings_suspended_by_idx
    ON google_auth.identity_standings (suspended_by)
    WHERE suspended_by IS NOT NULL`,
  `CREATE INDEX identity_standings_user_id_idx
    ON google_auth.identity_standings (user_id) WHERE user_id IS NOT NULL`,
];

const sessions = [
  // No foreign key: users may be stored elsewhere.
  `CREATE TABLE google_auth.sessions (
    id uuid NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
    user_id uuid NOT NULL,
    client_id text NOT NULL,
    identity_digest bytea NOT NULL,
    salt bytea NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    rotations timestamptz[] NOT NULL DEFAULT '{}',
    late_retries timestamptz[] NOT NULL DEFAULT '{}',
    key_thumbprint text,
    idle_expires_at timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    device text,
    ip inet,
    user_agent text,
    proved_at timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
  ) WITH (fillfactor = 80)`,
  // Not on columns that a refresh changes: its updates would touch every index.
  `CREATE INDEX sessions_user_id_idx
    ON google_auth.sessions (user_id, created_at)`,
  `CREATE INDEX sessions_absolute_expires_at_idx
    ON google_auth.sessions (absolute_expires_at)`,
  `CREATE TABLE google_auth.session_cutoffs (
    user_id uuid NOT NULL,
    proved_up_to timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    reason text NOT NULL,
    CONSTRAINT session_cutoffs_pkey PRIMARY KEY (user_id, proved_up_to)
  )`,
  `CREATE INDEX session_cutoffs_not_before_idx
    ON google_auth.session_cutoffs (not_before)`,
  `CREATE INDEX session_cutoffs_to_erase_idx
    ON google_auth.session_cutoffs (user_id) WHERE reason = 'erase'`,
  `CREATE TABLE google_auth.revocations (
    id bigint GENERATED ALWAYS AS IDENTITY
      CONSTRAINT revocations_pkey PRIMARY KEY,
    session_id uuid,
    user_id uuid,
    not_before timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT revocations_target_check
      CHECK (num_nonnulls(session_id, user_id) = 1
        AND (user_id IS NULL) = (not_before IS NULL))
  )`,
  `CREATE INDEX revocations_expires_at_idx
    ON google_auth.revocations (expires_at)`,
];

const oneTimeUse = [
  `CREATE TABLE google_auth.nonces (
    digest bytea NOT NULL CONSTRAINT nonces_pkey PRIMARY KEY,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX nonces_expires_at_idx ON google_auth.nonces (expires_at)`,
  `CREATE TABLE google_auth.used_id_tokens (
    digest bytea NOT NULL CONSTRAINT used_id_tokens_pkey PRIMARY KEY,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX used_id_tokens_expires_at_idx
    ON google_auth.used_id_tokens (expires_at)`,
  // Rows are useless after two minutes, so they are not worth a write-ahead
  // log.
  `CREATE UNLOGGED TABLE google_auth.used_dpop_proofs (
    digest bytea NOT NULL CONSTRAINT used_dpop_proofs_pkey PRIMARY KEY,
    expires_at timestamptz NOT NULL
  )`,
  `CREATE INDEX used_dpop_proofs_expires_at_idx
    ON google_auth.used_dpop_proofs (expires_at)`,
];

const signingKeys = [
  `CREATE TABLE google_auth.signing_keys (
    kid text NOT NULL CONSTRAINT signing_keys_pkey PRIMARY KEY,
    algorithm text NOT NULL,
    state text NOT NULL CONSTRAINT signing_keys_state_check
      CHECK (state IN ('next', 'current', 'previous')),
    public_jwk jsonb NOT NULL,
    encrypted_private_key bytea,
    mac bytea NOT NULL,
    not_before timestamptz,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT signing_keys_not_before_check
      CHECK ((not_before IS NULL) = (state = 'next')),
    CONSTRAINT signing_keys_expires_at_check
      CHECK ((expires_at IS NOT NULL) = (state = 'previous')),
    CONSTRAINT signing_keys_private_key_check
      CHECK ((encrypted_private_key IS NULL) = (state = 'previous'))
  )`,
  // Guarantees that two keys never sign at the same time.
  `CREATE UNIQUE INDEX signing_keys_state_idx
    ON google_auth.signing_keys (state) WHERE state <> 'previous'`,
];

const auditLog = [
  // Lines outlive their users and sessions: no foreign keys. The service
  // creates the monthly partitions ahead of time; until then, or if a clock is
  // far off, lines go to the default partition.
  `CREATE TABLE google_auth.audit_events (
    id uuid NOT NULL,
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
  ) PARTITION BY RANGE (occurred_at)`,
  `CREATE INDEX audit_events_user_id_idx
    ON google_auth.audit_events (user_id, occurred_at)`,
  `CREATE INDEX audit_events_actor_id_idx
    ON google_auth.audit_events (actor_id, occurred_at)
    WHERE actor_id IS NOT NULL`,
  // Excludes the event that every sign-in writes: there are so many that a page
  // is found without an index, and every sign-in would have to maintain it.
  `CREATE INDEX audit_events_event_idx
    ON google_auth.audit_events (event, occurred_at) WHERE event <> 'sign_in'`,
  `CREATE TABLE google_auth.audit_events_default
    PARTITION OF google_auth.audit_events DEFAULT`,
];

const others = [
  `CREATE TABLE google_auth.security_events (
    id text NOT NULL CONSTRAINT security_events_pkey PRIMARY KEY,
    client_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    events jsonb NOT NULL
  )`,
  `CREATE INDEX security_events_received_at_idx
    ON google_auth.security_events (received_at)`,
  // Leaves room on every page, so that counting does not touch the indexes.
  `CREATE UNLOGGED TABLE google_auth.rate_limits (
    key text NOT NULL CONSTRAINT rate_limits_pkey PRIMARY KEY,
    hits integer NOT NULL,
    expires_at timestamptz NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE INDEX rate_limits_expires_at_idx
    ON google_auth.rate_limits (expires_at)`,
];
