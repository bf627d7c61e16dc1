import type { ClientBase } from "pg";

/** How long one statement may run, in milliseconds. */
export const statementTimeoutMilliseconds = 10_000;
/**
 * How long a statement may wait for a lock, in milliseconds: less than a request
 * waits for a connection, so that locks on one user do not keep out the others.
 */
export const lockTimeoutMilliseconds = 2000;

/** Connections through a pooler, whose sessions are shared with others. */
const pooled = new WeakSet<object>();

/**
 * Sets what our statements rely on, whatever the defaults of the server, the
 * database and the role are. Not in the startup packet, because PgBouncer
 * refuses connections with parameters there. It keeps these three for each
 * client, in every mode.
 *
 * The time limits would stay on the server connection, which PgBouncer then
 * gives to other clients. So they are set only on a direct connection: there
 * the backend's process id is the one announced to the client, while a pooler
 * announces one of its own. Behind a pooler, transactions set the limits, and
 * the role can have defaults. Limits that the role or the URL sets are kept.
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

/** Sets the limits for the current transaction. */
export const transactionLimits = `SELECT
  set_config('statement_timeout', '${statementTimeoutMilliseconds}', true),
  set_config('lock_timeout', '${lockTimeoutMilliseconds}', true)`;

/** Prepares a new connection; the pool's `onConnect`. */
export async function prepareSession(client: ClientBase): Promise<void> {
  const { processID } = client as ClientBase & { processID: number | null };
  const { rows } = await client.query<{ direct: boolean }>(setUp, [
    processID ?? 0,
  ]);
  if (rows[0]?.direct !== true) pooled.add(client);
}

/** Whether the session of a connection has no time limits, because of a pooler. */
export function isPooled(client: unknown): boolean {
  return typeof client === "object" && client !== null && pooled.has(client);
}

/** For migrations: statements may take long, but must not wait long for locks. */
export const migrationLimits = `SELECT
  set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true),
  set_config('lock_timeout', '10s', true)`;
