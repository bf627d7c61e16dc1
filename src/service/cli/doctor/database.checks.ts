import type { DataSource } from "typeorm";
import { instanceSkewSeconds } from "../../../common/clock.port";
import { assertUsableDatabase } from "../../../database/database-requirements";
import { DatabaseSchema } from "../../../database/database-schema";
import { Database } from "../../../index";
import { clockFinding } from "./clock.check";
import { failed, type Finding, ok, reasonOf, warning } from "./finding";

/** The oldest major version that PostgreSQL itself maintains. */
const oldestMaintained = 15;

const facts = `SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::integer / 10000 AS major,
  current_setting('transaction_read_only') = 'on' AS "isReadOnly",
  current_setting('statement_timeout') = '0' AS "isUnlimited",
  extract(epoch FROM clock_timestamp())::float8 AS seconds`;

interface Facts {
  readonly version: string;
  readonly major: number;
  readonly isReadOnly: boolean;
  readonly isUnlimited: boolean;
  readonly seconds: number;
}

/**
 * The database as the service uses it. No extension is needed, so none is
 * checked.
 *
 * @param dataSource connected
 * @param migratesAtStart whether the service brings the schema up to date itself
 */
export async function databaseFindings(
  dataSource: DataSource,
  migratesAtStart: boolean,
): Promise<Finding[]> {
  const query = <Row>(text: string) => dataSource.query<Row[]>(text);
  const askedAt = Date.now();
  const [found] = await query<Facts>(facts);
  if (!found) throw new Error("Postgres returned no row");
  const aheadSeconds = (askedAt + Date.now()) / 2000 - found.seconds;
  const usable = await assertUsableDatabase(query).then(
    () => ok("encoding", "UTF8"),
    (error: unknown) =>
      failed("encoding", reasonOf(error), "The service does not start with it"),
  );
  return [
    serverFinding(found),
    usable,
    ...(found.isUnlimited ? [noLimit] : []),
    clockFinding("the database's clock", aheadSeconds, instanceSkewSeconds),
    ...(usable.status === "ok"
      ? [await schemaFinding(dataSource, migratesAtStart)]
      : []),
  ];
}

function serverFinding({ version, major, isReadOnly }: Facts): Finding {
  const name = `PostgreSQL ${version}`;
  if (isReadOnly) {
    return failed(
      "database",
      `${name} is read-only: a replica, or default_transaction_read_only is on`,
      "Point DATABASE_URL at the primary",
    );
  }
  return major < oldestMaintained
    ? warning(
        "database",
        `${name} is no longer maintained`,
        "Upgrade; the tests run on 18",
      )
    : ok("database", name);
}

const noLimit = warning(
  "time limits",
  "statements have no time limit in the database, because a pooler is in between",
  "Run: ALTER ROLE … SET statement_timeout = '10s'; ALTER ROLE … SET lock_timeout = '2s'",
);

async function schemaFinding(
  dataSource: DataSource,
  migratesAtStart: boolean,
): Promise<Finding> {
  const schema = new DatabaseSchema(new Database(dataSource), "never");
  if (await schema.isUpToDate()) return ok("schema", "up to date");
  return migratesAtStart
    ? ok("schema", "created or updated when the service starts")
    : failed(
        "schema",
        "missing or out of date",
        "Run: node dist/cli.js migrate",
      );
}
