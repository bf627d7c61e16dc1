import type { DataSourceOptions } from "typeorm";
import {
  prepareSession,
  statementTimeoutMilliseconds,
} from "./database-session";
import { InitialSchema1767225600000 } from "./migrations/1767225600000-initial-schema";

export interface DatabaseOptions {
  /** postgres:// or postgresql:// URL. */
  readonly url: string;
  /** Most connections this process opens. */
  readonly poolSize: number;
  /** TLS with a checked certificate. */
  readonly ssl: boolean;
}

/** Under its own name in every version of TypeORM. */
export type PostgresOptions = Extract<
  DataSourceOptions,
  { readonly type: "postgres" }
>;

/** The Postgres schema that all tables of this software are in. */
export const schemaName = "google_auth";

/**
 * The migrations of the schema, for a DataSource of yours that runs them with
 * its own: `migrations: [...mine, ...googleAuthMigrations]`.
 */
export const googleAuthMigrations = [InitialSchema1767225600000] as const;

/** How long to wait for a connection, in milliseconds. */
const connectTimeoutMilliseconds = 3000;

/**
 * The options of a TypeORM DataSource for this software: its migrations, and
 * time limits, so that a database in trouble means 503 and not a hanging
 * request. They work behind PgBouncer in session and transaction mode. The
 * schema is never synchronized from entities.
 */
export function dataSourceOptions(options: DatabaseOptions): PostgresOptions {
  return {
    type: "postgres",
    url: options.url,
    ssl: options.ssl,
    poolSize: options.poolSize,
    schema: schemaName,
    connectTimeoutMS: connectTimeoutMilliseconds,
    applicationName: "nest-google-auth",
    migrations: [...googleAuthMigrations],
    migrationsTableName: "migrations",
    synchronize: false,
    // A condition with an absent value must never match the first row there is.
    invalidWhereValuesBehavior: { null: "throw", undefined: "throw" },
    extra: {
      // The network may drop packets silently, so the client has a limit of its own.
      query_timeout: statementTimeoutMilliseconds + 2000,
      keepAlive: true,
      onConnect: prepareSession,
    },
  };
}
