import type { ClientBase } from "pg";

/** How long one statement may run, in milliseconds. */
export const statementTimeoutMilliseconds = 10_000;
/**
 * How long a statement may wait for a lock, in milliseconds: less than a request
 * waits for a connection, so that locks on one user do not keep out the others.
 */
export const lockTimeoutMilliseconds = 2000;

/** Connections whose session is shared, because a pooler is in between. */
const pooled = new WeakSet<object>();

/**
 * Sets what our statements rely on, whatever the server's, database's or role's
 * defaults are. Not in the startup packet: poolers such as PgBouncer refuse
 * parameters there. PgBouncer keeps these three for its clients in every mode.
 *
 * The time limits, though, would stay on a server connection that the pooler
 * then hands to others. So they are set only where the process behind the
 * connection is the one that Postgres announced; a pooler announces another.
 * Behind one, transactions set their own, and the role can have defaults. A
 * limit that the role or the URL sets is left alone.
 */
const setUp = `SELECT
  set_config('DateStyle', 'ISO', false),
  set_config('IntervalStyle', 'postgres', false),
  set_config('standard_conforming_strings', 'on', false),
  CASE WHEN direct AND current_setting('statement_timeout') = '0'
    THEN set_config('statement_timeout', '${statementTimeoutMilliseconds}', false) END,
  CASE WHEN direct AND current_setting('lock_timeout') = '0'
    THEN set_config('lock_timeout', '${lockTimeoutMilliseconds}', false) END,
  direct
FROM (SELECT pg_backend_pid() = $1::integer AS direct) AS backend`;

/** For the rest of a transaction. */
export const transactionLimits = `SELECT
  set_config('statement_timeout', '${statementTimeoutMilliseconds}', true),
  set_config('lock_timeout', '${lockTimeoutMilliseconds}', true)`;

/** Prepares a new connection; the `onConnect` of the pool. */
export async function prepareSession(client: ClientBase): Promise<void> {
  const { processID } = client as ClientBase & { processID: number | null };
  const { rows } = await client.query<{ direct: boolean }>(setUp, [
    processID ?? 0,
  ]);
  if (rows[0]?.direct !== true) pooled.add(client);
}

/** Whether the time limits do not hold for a connection's session. */
export function isPooled(client: unknown): boolean {
  return typeof client === "object" && client !== null && pooled.has(client);
}

/** For the transaction of a migration, which may take long but must not queue for long. */
export const migrationLimits = `SELECT
  set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true),
  set_config('lock_timeout', '10s', true)`;
