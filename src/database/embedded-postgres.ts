import { existsSync, readdirSync, realpathSync, rmdirSync } from "node:fs";
import { resolve } from "node:path";
import { Client } from "pg";
import {
  claimHome,
  clearHome,
  clusterFolder,
  existingHomes,
  isLeftOver,
  lockFile,
  makeDataDir,
  settleHome,
  type ClusterHome,
} from "./embedded/cluster-home";
import {
  hasCluster,
  initCluster,
  readPassword,
  superuser,
} from "./embedded/cluster-init";
import {
  EmbeddedPostgresError,
  explained,
  systemCode,
} from "./embedded/embedded-postgres-error";
import { withLock } from "./embedded/folder-lock";
import { launchServer } from "./embedded/launch-server";
import { findBinaries } from "./embedded/postgres-binaries";
import { findServer, stopServer } from "./embedded/postmaster";
import { ownIdentity, pidOf } from "./embedded/processes";
import {
  livingLeases,
  releaseLease,
  takeLease,
  type ProcessLease,
} from "./embedded/process-lease";
import { endWatchdog, startWatchdog } from "./embedded/watchdog";

export interface EmbeddedPostgresOptions {
  /** A separate folder for the database, such as `.data/postgres`; made if absent. */
  readonly dataDir: string;
  /**
   * False for tests: faster, and lost if the machine goes down. Default true.
   * The process that starts the server decides; joining does not change it.
   */
  readonly durable?: boolean;
  /** Called with a sentence for the user when something takes long or is unusual. */
  readonly onProgress?: (message: string) => void;
}

const database = "nest_google_auth";
const connectTimeoutMilliseconds = 5000;

/**
 * A PostgreSQL for development, demo and tests that needs no installation. All
 * processes that name the same folder share one server: the first starts it, the
 * last stops it. It listens on 127.0.0.1 only, with a random password.
 *
 * @example
 * const postgres = await EmbeddedPostgres.start({ dataDir: ".data/postgres" });
 * // … connect to postgres.url …
 * await postgres.stop();
 */
export class EmbeddedPostgres {
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly home: string,
    private readonly lease: ProcessLease,
    /** Where to connect, as the superuser: `postgresql://user:password@127.0.0.1:port/database`. */
    readonly url: string,
    /** Whether this start made the cluster, started its server, or joined a running one. */
    readonly origin: "created" | "started" | "adopted",
  ) {}

  /**
   * Starts the server of a folder, or joins it.
   *
   * Signal handlers are up to the caller. If this process ends without
   * {@link stop}, for whatever reason, its server stops within seconds, unless
   * another process uses it.
   *
   * @throws EmbeddedPostgresError that says what to do
   */
  static async start(
    options: EmbeddedPostgresOptions,
  ): Promise<EmbeddedPostgres> {
    const named = resolve(options.dataDir);
    try {
      makeDataDir(named);
      const home = settleHome(realpathSync(named), options.onProgress);
      return await withLock(lockFile(home.path), () =>
        EmbeddedPostgres.startLocked(home, options),
      );
    } catch (error) {
      throw explained(error, named);
    }
  }

  /**
   * Stops the server of a folder and deletes its data. Other files in the folder stay.
   *
   * @throws EmbeddedPostgresError when another process is using the server
   */
  static async destroy(dataDir: string): Promise<void> {
    const named = resolve(dataDir);
    const folder = existsSync(named) ? realpathSync(named) : named;
    try {
      for (const home of existingHomes(folder)) {
        await withLock(lockFile(home), async () => {
          assertUnused(home);
          await stopServer(clusterFolder(home));
          endWatchdog(home);
          clearHome(home);
        });
        if (readdirSync(home).length === 0) rmdirSync(home);
      }
    } catch (error) {
      throw explained(error, named);
    }
  }

  /** Leaves the server, and stops it if nobody else uses it. May be called again. */
  stop(): Promise<void> {
    return (this.stopping ??= this.leave());
  }

  private async leave(): Promise<void> {
    const { home, lease } = this;
    try {
      await withLock(lockFile(home), () => leaveLocked(home, lease));
    } catch (error) {
      // The folder has been deleted.
      if (systemCode(error) !== "ENOENT") throw explained(error, home);
    }
  }

  private static async startLocked(
    home: ClusterHome,
    options: EmbeddedPostgresOptions,
  ): Promise<EmbeddedPostgres> {
    if (isLeftOver(home)) {
      await stopServer(clusterFolder(home.path));
      clearHome(home.path);
    }
    claimHome(home);
    const isFirst = livingLeases(home.path).length === 0;
    const lease = takeLease(home.path);
    try {
      if (isFirst) startWatchdog(home.path);
      const { port, origin } = await obtainServer(home, options);
      const server = `postgresql://${superuser}:${readPassword(home.path)}@127.0.0.1:${port}`;
      await ensureDatabase(server);
      const url = `${server}/${database}`;
      return new EmbeddedPostgres(home.path, lease, url, origin);
    } catch (error) {
      await leaveLocked(home.path, lease);
      throw error;
    }
  }
}

async function obtainServer(
  home: ClusterHome,
  { durable = true, onProgress }: EmbeddedPostgresOptions,
): Promise<{ port: number; origin: EmbeddedPostgres["origin"] }> {
  const { path } = home;
  const isNew = !hasCluster(path);
  const running = isNew ? undefined : await findServer(clusterFolder(path));
  if (running !== undefined) return { port: running, origin: "adopted" };
  const binaries = findBinaries(home, onProgress);
  if (isNew) {
    onProgress?.(`Creating a PostgreSQL database in ${path}`);
    initCluster(home, binaries, durable);
  }
  const port = await launchServer(home, binaries, durable);
  return { port, origin: isNew ? "created" : "started" };
}

async function ensureDatabase(server: string): Promise<void> {
  const client = new Client({
    connectionString: `${server}/postgres`,
    // Regardless of PGSSLMODE: this server has no certificate.
    ssl: false,
    connectionTimeoutMillis: connectTimeoutMilliseconds,
  });
  // Without a listener, losing the connection would end this process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(
      "SELECT FROM pg_database WHERE datname = $1",
      [database],
    );
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function leaveLocked(home: string, lease: ProcessLease): Promise<void> {
  releaseLease(lease);
  if (livingLeases(home).length > 0) return;
  await stopServer(clusterFolder(home));
  endWatchdog(home);
}

function assertUnused(home: string): void {
  const other = livingLeases(home).find((it) => it !== ownIdentity());
  if (other === undefined) return;
  throw new EmbeddedPostgresError(
    `Process ${pidOf(other)} is using the database in ${home}. Stop it first.`,
  );
}
