import type { Client } from "pg";

/** A UUIDv7-like id that is found again from its number. @param n SQL */
const idOf = (n: string) =>
  `('0198' || lpad(to_hex((${n}) >> 16), 4, '0') || '-' ||
    lpad(to_hex((${n}) & 65535), 4, '0') || '-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** The subject of the nth generated account. */
export function subjectOf(n: number): string {
  return `1${String(n).padStart(20, "0")}`;
}

/** The address of the nth generated user. */
export function emailOf(n: number): string {
  return `user${n}@example.com`;
}

const sessionsPerUser = 2;
/** Rows per statement, so that progress can be reported. */
const step = 500_000;

const users = `INSERT INTO google_auth.users (id, email, email_verified,
  email_authority, name, given_name, family_name, created_at, updated_at,
  last_sign_in_at)
SELECT ${idOf("n")}, 'user' || n || '@example.com', true, 'verified', 'User ' || n,
  'User', n::text, now() - interval '60 days', now() - interval '1 day',
  now() - interval '1 day'
FROM generate_series($1::bigint, $2::bigint) AS n`;

const identities = `INSERT INTO google_auth.identities (issuer, subject, user_id,
  claims, created_at, last_sign_in_at)
SELECT 'https://accounts.google.com', '1' || lpad(n::text, 20, '0'), ${idOf("n")},
  jsonb_build_object('email', 'user' || n || '@example.com', 'email_verified', true,
    'name', 'User ' || n), now() - interval '60 days', now() - interval '1 day'
FROM generate_series($1::bigint, $2::bigint) AS n`;

const sessions = `INSERT INTO google_auth.sessions (id, user_id, client_id,
  identity_digest, salt, idle_expires_at, absolute_expires_at, ip, user_agent,
  proved_at, authenticated_at, created_at, last_used_at)
SELECT ${idOf("n * 4 + s")}, ${idOf("n")}, 'web', sha256(n::text::bytea),
  sha256((n * 4 + s)::text::bytea), now() + interval '20 days',
  now() + (n % 80) * interval '1 day' + interval '1 day', '192.0.2.1', 'Mozilla/5.0',
  started, started, started, started
FROM generate_series($1::bigint, $2::bigint) AS n,
  generate_series(1, ${sessionsPerUser}) AS s,
  LATERAL (SELECT now() - (n % 60) * interval '1 day' AS started) AS times`;

const auditLines = `INSERT INTO google_auth.audit_events (id, occurred_at, event,
  user_id, session_id, ip, user_agent)
SELECT ${idOf("n * 4 + s")}, now() - (n % 86400) * interval '1 second',
  CASE s WHEN 1 THEN 'sign_up' ELSE 'sign_in' END, ${idOf("n")}, ${idOf("n * 4 + s")},
  '192.0.2.1', 'Mozilla/5.0'
FROM generate_series($1::bigint, $2::bigint) AS n,
  generate_series(1, ${sessionsPerUser}) AS s`;

/**
 * Generates users with an identity, two sessions and two audit lines each.
 *
 * @param from number of the first user, 1 or more
 * @param to number of the last user
 * @param say reports progress
 */
export async function generate(
  client: Client,
  from: number,
  to: number,
  say: (text: string) => void,
): Promise<void> {
  for (let first = from; first <= to; first += step) {
    const last = Math.min(first + step - 1, to);
    for (const statement of [users, identities, sessions, auditLines]) {
      await client.query(statement, [first, last]);
    }
    say(`${last.toLocaleString("en")} users`);
  }
  await client.query("VACUUM ANALYZE");
  await client.query("CHECKPOINT");
}

/** Bytes per row of a table, with its indexes. */
export interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly bytesPerRow: number;
}

const findSizes = `SELECT "table", sum(n)::float8 AS rows, sum(size)::float8 AS bytes
FROM (
  SELECT CASE WHEN relname LIKE 'audit_events%' THEN 'audit_events' ELSE relname END
    AS "table", GREATEST(reltuples, 0) AS n, pg_total_relation_size(oid) AS size
  FROM pg_class
  WHERE relnamespace = 'google_auth'::regnamespace AND relkind = 'r'
    AND (relname IN ('users', 'identities', 'sessions')
      OR relname LIKE 'audit_events%')
) AS tables GROUP BY 1 ORDER BY 1`;

/** The sizes of the tables that grow with the number of users. */
export async function sizesOf(client: Client): Promise<TableSize[]> {
  const { rows } = await client.query<{
    table: string;
    rows: number;
    bytes: number;
  }>(findSizes);
  return rows.map(({ table, rows: count, bytes }) => ({
    table,
    rows: count,
    bytesPerRow: Math.round(bytes / count),
  }));
}
