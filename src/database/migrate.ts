import type { DataSource } from "typeorm";
import { advisoryLocks } from "./database";
import { schemaName } from "./data-source";

/**
 * Brings the schema up to date; of several processes that try at once, one
 * does it and the others wait and find nothing left to do.
 *
 * @param dataSource initialized, with the options of `dataSourceOptions`
 * @returns the names of the migrations that ran
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query("SET statement_timeout = 0");
    await lock.query("SELECT pg_advisory_lock($1)", [advisoryLocks.migrations]);
    // TypeORM keeps its list of migrations in the schema, before any has run.
    await lock.query(`CREATE SCHEMA IF NOT EXISTS ${schemaName}`);
    const done = await dataSource.runMigrations({ transaction: "each" });
    return done.map(({ name }) => name);
  } finally {
    // Closing the connection gives the lock back, also after an error.
    await lock.query("SELECT pg_advisory_unlock_all()").catch(() => undefined);
    await lock.query("RESET statement_timeout").catch(() => undefined);
    await lock.release();
  }
}
