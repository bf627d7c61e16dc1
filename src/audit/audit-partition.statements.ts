import type { AuditMonth } from "./audit-months";

/**
 * How long a change of partitions waits for its locks, in milliseconds:
 * sign-ins queue behind it.
 */
const lockTimeoutMilliseconds = 100;
/**
 * Up to which size, in bytes, the default partition is searched and emptied
 * under a lock: about 20,000 lines, which take 0.2 seconds.
 */
export const maxDefaultBytes = 4 * 1024 * 1024;

/** Sets the lock timeout for the current transaction. */
export const limitLockWaits = `SELECT set_config('lock_timeout', '${lockTimeoutMilliseconds}ms', true)`;

/*
 * The bounds are parsed from their SQL text; those of the default partition are
 * null and never match.
 */
const partitions = `partitions AS (
  SELECT oid::regclass::text AS name,
    substring(bounds FROM 'FROM \\(''([^'']+)''\\)')::timestamptz AS starts,
    substring(bounds FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS ends
  FROM (
    SELECT oid, pg_get_expr(relpartbound, oid) AS bounds FROM pg_class
    WHERE oid IN (SELECT inhrelid FROM pg_inherits
      WHERE inhparent = 'google_auth.audit_events'::regclass)
  ) AS children
)`;

/**
 * $1 are names of months, $2 their starts, $3 their ends (exclusive), $4 is the
 * start of the retention. Returns the months without a partition and the
 * partitions past the retention, the oldest first.
 */
export const findChanges = `WITH ${partitions}
SELECT
  ARRAY(
    SELECT months.name
    FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
      AS months (name, starts, ends)
    WHERE NOT EXISTS (SELECT FROM partitions
      WHERE partitions.starts <= months.starts AND partitions.ends >= months.ends)
  ) AS missing,
  ARRAY(
    SELECT name FROM partitions WHERE ends <= $4::timestamptz ORDER BY ends
  ) AS over`;

export const defaultBytes = `SELECT pg_relation_size('google_auth.audit_events_default')::float8 AS bytes`;

/**
 * Creates the partition of a month as a separate table, moves that month's lines
 * there from the default partition, and attaches it.
 *
 * Writers have to wait meanwhile: a line on its way to the default partition
 * would be refused once that no longer accepts its month, and the sign-in with
 * it. Locks are taken parent first, as Postgres does.
 */
export function makePartition({ table, from, to }: AuditMonth): string[] {
  const [start, end] = [`'${from.toISOString()}'`, `'${to.toISOString()}'`];
  return [
    `CREATE TABLE google_auth.${table} (LIKE google_auth.audit_events INCLUDING ALL)`,
    `LOCK TABLE ONLY google_auth.audit_events IN SHARE ROW EXCLUSIVE MODE`,
    `LOCK TABLE google_auth.audit_events_default IN ACCESS EXCLUSIVE MODE`,
    `WITH moved AS (
      DELETE FROM google_auth.audit_events_default
      WHERE occurred_at >= ${start} AND occurred_at < ${end} RETURNING *)
    INSERT INTO google_auth.${table} SELECT * FROM moved`,
    `ALTER TABLE google_auth.audit_events ATTACH PARTITION google_auth.${table}
      FOR VALUES FROM (${start}) TO (${end})`,
  ];
}

/**
 * Dropping a partition blocks readers and writers, but only for a change of the
 * catalog: the file is deleted after the locks are released.
 *
 * @param name as in the catalog, quoted if necessary
 */
export function dropPartition(name: string): string {
  return `DROP TABLE ${name}`;
}
