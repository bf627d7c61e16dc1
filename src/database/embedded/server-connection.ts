import { realpathSync } from "node:fs";
import { Client } from "pg";
import { superuser } from "./cluster-init";

/** Where a server of ours listens, and the password of its superuser. */
export interface ServerAddress {
  readonly port: number;
  readonly password: string;
}

const host = "127.0.0.1";
const maintenanceDatabase = "postgres";
const connectTimeoutMilliseconds = 5000;

/** The URL of a database on a server. */
export function databaseUrl(address: ServerAddress, database: string): string {
  const { port, password } = address;
  return `postgresql://${superuser}:${password}@${host}:${port}/${encodeURIComponent(database)}`;
}

/** Runs one statement on the server's maintenance database, on a connection of its own. */
export async function runStatement<Row extends object>(
  address: ServerAddress,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({
    host,
    port: address.port,
    user: superuser,
    password: address.password,
    database: maintenanceDatabase,
    // Whatever PGSSLMODE says: this server has no certificate.
    ssl: false,
    connectionTimeoutMillis: connectTimeoutMilliseconds,
  });
  // Without a listener, a server that goes away would end this process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Row>(text, [...values]);
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Whether the server at an address takes our password and serves this data
 * directory; a copy of the directory has the same password.
 */
export async function answersFor(
  address: ServerAddress,
  cluster: string,
): Promise<boolean> {
  try {
    const [row] = await runStatement<{ data_directory: string }>(
      address,
      "SHOW data_directory",
    );
    return (
      row !== undefined &&
      realpathSync(row.data_directory) === realpathSync(cluster)
    );
  } catch {
    return false;
  }
}
