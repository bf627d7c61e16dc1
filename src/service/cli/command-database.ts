import { resolve } from "node:path";
import { DataSource } from "typeorm";
import { AuditSink } from "../../audit/audit-sink.port";
import { withDevelopmentDefaults } from "../../config/development-defaults";
import type { Environment } from "../../config/environment";
import { readEnvironment } from "../../config/read-environment";
import {
  AuditTrail,
  AuthError,
  Database,
  dataSourceOptions,
  SystemClock,
} from "../../index";

/** The machine's clock. */
export const clock = new SystemClock();

/**
 * Runs a command with these variables of the environment and, outside
 * production, with the embedded Postgres.
 *
 * @throws InvalidEnvironmentError
 */
export async function withEnvironment<T>(
  names: readonly string[],
  run: (environment: Environment) => Promise<T> | T,
): Promise<T> {
  const { source, database } = await withDevelopmentDefaults(process.env, {
    dataDir: resolve(".data"),
    onProgress: (message) => console.error(message),
  });
  try {
    return await run(readEnvironment(source, names));
  } finally {
    await database?.stop();
  }
}

/** What a command writes with. */
export interface CommandDatabase {
  readonly database: Database;
  readonly audit: AuditTrail;
}

/** @param dataSource initialized */
export function commandDatabaseOf(dataSource: DataSource): CommandDatabase {
  const database = new Database(dataSource);
  const audit = new AuditTrail(database, new SilentSink(), clock);
  return { database, audit };
}

/**
 * Runs a command on the service's database.
 *
 * @throws Error that says what to do if the database is unavailable or not
 *   migrated
 */
export async function withDatabase<T>(
  environment: Environment,
  run: (connection: CommandDatabase) => Promise<T>,
): Promise<T> {
  const dataSource = new DataSource(
    dataSourceOptions({
      url: environment.DATABASE_URL,
      poolSize: 2,
      ssl: environment.DATABASE_SSL,
    }),
  );
  await dataSource.initialize();
  try {
    return await run(commandDatabaseOf(dataSource));
  } catch (error) {
    throw withAdvice(error);
  } finally {
    await dataSource.destroy();
  }
}

/** The command reports what it has done by itself. */
class SilentSink extends AuditSink {
  override tell(): void {}
}

/** SQLSTATE undefined_table and undefined_column. */
const schemaIsOld = ["42P01", "42703"];

function withAdvice(error: unknown): unknown {
  if (schemaIsOld.includes(String((error as { code?: unknown }).code))) {
    return new Error(
      "The database schema is missing or out of date. Run: node dist/cli.js migrate",
      { cause: error },
    );
  }
  if (error instanceof AuthError && error.cause instanceof Error) {
    return new Error(`The database is unavailable: ${error.cause.message}`, {
      cause: error,
    });
  }
  return error;
}
