import type { DataSourceOptions } from "typeorm";
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

/** How long to wait for a connection before the database counts as away, in milliseconds. */
const connectTimeoutMilliseconds = 3000;
/** How long one statement may run, in milliseconds. */
const statementTimeoutMilliseconds = 10_000;

/**
 * What this software needs of a TypeORM DataSource: its migrations, and limits
 * so that a database in trouble is answered with 503 and never with a hang.
 * The schema is never synchronized from entities.
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
      statement_timeout: statementTimeoutMilliseconds,
      // The socket may die without a word; this also ends waiting for an answer.
      query_timeout: statementTimeoutMilliseconds + 2000,
      keepAlive: true,
    },
  };
}
