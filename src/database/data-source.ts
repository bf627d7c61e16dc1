import type { PostgresDataSourceOptions } from "typeorm/driver/postgres/PostgresDataSourceOptions";
import { InitialSchema1763700000000 } from "./migrations/1763700000000-initial-schema";
import { OneTimeMarks1763700000001 } from "./migrations/1763700000001-one-time-marks";
import { RateLimits1763800000000 } from "./migrations/1763800000000-rate-limits";
import { SigningKeyStates1763900000000 } from "./migrations/1763900000000-signing-key-states";
import { AuditAndRevocations1764000000000 } from "./migrations/1764000000000-audit-and-revocations";
import { AdminLookups1764100000000 } from "./migrations/1764100000000-admin-lookups";
import { SecurityEvents1764200000000 } from "./migrations/1764200000000-security-events";

export interface DatabaseOptions {
  /** postgres:// or postgresql:// URL. */
  readonly url: string;
  /** Most connections this process opens. */
  readonly poolSize: number;
  /** TLS with a checked certificate. */
  readonly ssl: boolean;
}

/** How long to wait for a connection before the database counts as away, in milliseconds. */
const connectTimeoutMilliseconds = 3000;
/** How long one statement may run, in milliseconds. */
const statementTimeoutMilliseconds = 10_000;

/**
 * What this software needs of a TypeORM DataSource: its migrations, and limits
 * so that a database in trouble is answered with 503 and never with a hang.
 * The schema is never synchronized from entities.
 */
export function dataSourceOptions(
  options: DatabaseOptions,
): PostgresDataSourceOptions {
  return {
    type: "postgres",
    url: options.url,
    ssl: options.ssl,
    poolSize: options.poolSize,
    connectTimeoutMS: connectTimeoutMilliseconds,
    applicationName: "nest-google-auth",
    migrations: [
      InitialSchema1763700000000,
      OneTimeMarks1763700000001,
      RateLimits1763800000000,
      SigningKeyStates1763900000000,
      AuditAndRevocations1764000000000,
      AdminLookups1764100000000,
      SecurityEvents1764200000000,
    ],
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
