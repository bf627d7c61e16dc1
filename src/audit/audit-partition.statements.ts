import type { AuditMonth } from "./audit-months";

/**
 * How long a change of partitions waits for its locks, in milliseconds: the
 * sign-ins that come meanwhile wait behind it.
 */
const lockTimeoutMilliseconds = 100;
/**
 * Size of the default partition up to which it is searched and emptied while
 * it is locked, in bytes: some twenty thousand lines, two tenths of a second.
 */
export const maxDefaultBytes = 4 * 1024 * 1024;

/** For the rest of a transaction. */
export const limitLockWaits = `SELECT set_config('lock_timeout', '${lockTimeoutMilliseconds}ms', true)`;

/*
 * The bounds are read as Postgres writes them; those of the default partition
 * are null, and never match.
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
 * $1 names of months, $2 their first moments, $3 the first moments after them,
 * $4 the start of the retention. Gives the months that have no partition, and
 * the partitions that are over, the oldest first.
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
 * Makes the partition of a month beside the table and then attaches it, with
 * the lines of that month that are in the default partition.
 *
 * Meanwhile nobody writes: a line that is on its way to the default partition
 * when that stops to be its place would be refused, and the sign-in with it.
 * The locks are taken from the table down, as everybody takes them.
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
 * Nobody reads or writes while a partition is taken away, but that is a change
 * of the catalog alone: its file is deleted when the locks are gone.
 *
 * @param name as the catalog spells it, quoted where it has to be
 */
export function dropPartition(name: string): string {
  return `DROP TABLE ${name}`;
}
