import { DataSource, MigrationExecutor, type QueryRunner } from "typeorm";
import type { PostgresDataSourceOptions } from "typeorm/driver/postgres/PostgresDataSourceOptions";
import { advisoryLocks } from "./database";
import { assertUsableDatabase } from "./database-requirements";
import { migrationLimits } from "./database-session";
import { googleAuthMigrations, schemaName } from "./data-source";

/** How long to wait for a migration that another process runs, in milliseconds. */
const turnTimeoutMilliseconds = 15 * 60_000;

/** SQLSTATE lock_not_available. */
const lockNotAvailable = "55P03";

/**
 * Brings the schema up to date, on connections of its own without the time
 * limits of the service. If several processes try at once, one does it; the
 * others wait and then find nothing to do. Works behind PgBouncer.
 *
 * @param options how to connect, such as `dataSourceOptions(…)` or the
 *   `options` of a DataSource; only the migrations of this software are run
 * @param waitMilliseconds how long to wait for another process
 * @returns the names of the migrations that ran
 * @throws Error that says what to do, when the database has the wrong encoding
 *   or another transaction holds a lock for too long
 */
export async function migrate(
  options: PostgresDataSourceOptions,
  waitMilliseconds = turnTimeoutMilliseconds,
): Promise<string[]> {
  const dataSource = new DataSource({
    ...options,
    schema: schemaName,
    entities: [],
    subscribers: [],
    migrations: [...googleAuthMigrations],
    migrationsTableName: "migrations",
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    poolSize: 1,
    extra: { ...(options.extra as object), query_timeout: undefined },
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await assertUsableDatabase((text) => runner.query(text));
    // All in one transaction, so that a pooler gives it one session.
    await runner.startTransaction("READ COMMITTED");
    await takeTurn(runner, waitMilliseconds);
    await runner.query(migrationLimits);
    // TypeORM keeps its list of migrations in the schema, before any has run.
    await runner.query(`CREATE SCHEMA IF NOT EXISTS ${schemaName}`);
    const executor = new MigrationExecutor(dataSource, runner);
    const done = await executor.executePendingMigrations();
    await runner.commitTransaction();
    return done.map(({ name }) => name);
  } catch (error) {
    throw hasState(error, lockNotAvailable)
      ? new Error(
          "Nothing was migrated: another transaction holds a lock on the schema or its tables. Try again when it has finished, or terminate it; pg_stat_activity lists what is running.",
          { cause: error },
        )
      : error;
  } finally {
    if (runner.isTransactionActive) {
      await runner.rollbackTransaction().catch(() => undefined);
    }
    await runner.release();
    await dataSource.destroy();
  }
}

async function takeTurn(
  runner: QueryRunner,
  milliseconds: number,
): Promise<void> {
  const { migrations } = advisoryLocks;
  try {
    await runner.query(
      "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', '0', true)",
      [`${milliseconds}ms`],
    );
    await runner.query("SELECT pg_advisory_xact_lock($1)", [migrations]);
  } catch (error) {
    if (!hasState(error, lockNotAvailable)) throw error;
    throw new Error(
      `Nothing was migrated: another process has been migrating for ${Math.ceil(milliseconds / 1000)} seconds. Try again when it has finished; pg_locks shows who holds the advisory lock ${migrations}.`,
      { cause: error },
    );
  }
}

function hasState(error: unknown, state: string): boolean {
  return (error as { code?: unknown }).code === state;
}
