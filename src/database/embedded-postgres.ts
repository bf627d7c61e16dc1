import { existsSync, readdirSync, realpathSync, rmdirSync } from "node:fs";
import { resolve } from "node:path";
import { escapeIdentifier } from "pg";
import {
  clusterFolder,
  currentHome,
  lockFile,
  makeDataDir,
  orphanedHomes,
  removeHome,
  settleHome,
  type ClusterHome,
} from "./embedded/cluster-home";
import {
  assertSameMajor,
  hasCluster,
  initCluster,
  readPassword,
} from "./embedded/cluster-init";
import {
  EmbeddedPostgresError,
  systemCode,
} from "./embedded/embedded-postgres-error";
import { withLock } from "./embedded/folder-lock";
import { hold, letGo, type Holding } from "./embedded/holding";
import { launchServer } from "./embedded/launch-server";
import { findBinaries, type BinarySources } from "./embedded/postgres-binaries";
import {
  findServer,
  stopServer,
  type RunningServer,
} from "./embedded/postmaster";
import { ownIdentity, pidOf } from "./embedded/process-identity";
import { livingLeases } from "./embedded/process-lease";
import {
  databaseUrl,
  runStatement,
  type ServerAddress,
} from "./embedded/server-connection";

export interface EmbeddedPostgresOptions {
  /** A folder of its own for the database, such as `.data/postgres`; made when absent. */
  readonly dataDir: string;
  /** The database that `url` names; created when absent. Default `nest_google_auth`. */
  readonly database?: string;
  /**
   * False for tests: faster, and lost if the machine goes down. Default true.
   * Whoever starts the server decides; it is not changed for those who join.
   */
  readonly durable?: boolean;
  /** Told what takes long or is out of the ordinary, in sentences for people. */
  readonly onProgress?: (message: string) => void;
  /** Where to look for PostgreSQL's programs; for tests. */
  readonly binaries?: BinarySources;
}

/**
 * A PostgreSQL for development, demo and tests that needs no installation. All
 * processes that name the same folder share one server: the first starts it, the
 * last stops it. Listens on 127.0.0.1 only, with a password made on creation.
 *
 * @example
 * const postgres = await EmbeddedPostgres.start({ dataDir: ".data/postgres" });
 * // … connect to postgres.url …
 * await postgres.stop();
 */
export class EmbeddedPostgres {
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly holding: Holding,
    private readonly address: ServerAddress,
    /** Where to connect: `postgresql://user:password@127.0.0.1:port/database`. */
    readonly url: string,
    /** Whether this start made the cluster, started its server, or joined a running one. */
    readonly origin: "created" | "started" | "adopted",
  ) {}

  /**
   * Starts the server of a folder, or joins it.
   *
   * Signal handlers are the caller's. If this process ends without {@link stop},
   * the server is still stopped, unless the process was killed: then the next
   * start joins the server left behind.
   *
   * @throws EmbeddedPostgresError that says what to do
   */
  static async start(
    options: EmbeddedPostgresOptions,
  ): Promise<EmbeddedPostgres> {
    const named = resolve(options.dataDir);
    try {
      makeDataDir(named);
      const dataDir = realpathSync(named);
      return await withLock(
        lockFile(dataDir),
        () => EmbeddedPostgres.startLocked(dataDir, options),
        {
          prepare: () => makeDataDir(dataDir),
          onWait: (pid) =>
            options.onProgress?.(
              `Waiting for process ${pid}, which is starting or stopping PostgreSQL`,
            ),
        },
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
    if (!existsSync(named)) return;
    const folder = realpathSync(named);
    try {
      await withLock(lockFile(folder), async () => {
        const homes = [currentHome(folder), ...orphanedHomes(folder)];
        for (const home of homes) assertUnused(home);
        for (const home of homes) await demolish(home, folder);
      });
    } catch (error) {
      throw explained(error, named);
    }
    // Anything else in it is not ours, and a process waiting to start counts too.
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }

  /**
   * Creates a database.
   *
   * @param name up to 63 bytes, taken literally
   * @param template the database to copy; nobody may be connected to it
   * @returns its URL
   */
  async createDatabase(name: string, template?: string): Promise<string> {
    const from = template ? ` TEMPLATE ${identifier(template)}` : "";
    const statement = `CREATE DATABASE ${identifier(name)}${from}`;
    await runStatement(this.address, statement);
    return databaseUrl(this.address, name);
  }

  /** Drops a database if it exists, and ends the connections to it. */
  async dropDatabase(name: string): Promise<void> {
    const statement = `DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`;
    await runStatement(this.address, statement);
  }

  /** Leaves the server, and stops it if nobody else uses it. May be called again. */
  stop(): Promise<void> {
    return (this.stopping ??= this.leave());
  }

  private async leave(): Promise<void> {
    const { dataDir } = this.holding;
    try {
      await withLock(lockFile(dataDir), () => letGo(this.holding));
    } catch (error) {
      // Somebody deleted the folder.
      if (systemCode(error) !== "ENOENT") throw explained(error, dataDir);
    }
  }

  private static async startLocked(
    dataDir: string,
    options: EmbeddedPostgresOptions,
  ): Promise<EmbeddedPostgres> {
    for (const orphan of orphanedHomes(dataDir)) {
      if (livingLeases(orphan).length === 0) await demolish(orphan, dataDir);
    }
    const home = settleHome(dataDir, options.onProgress);
    const holding = hold(dataDir, home.path);
    try {
      const { server, origin } = await obtainServer(home, holding, options);
      const password = readPassword(home.path);
      const address = { port: server.port, password };
      const database = options.database ?? "nest_google_auth";
      await ensureDatabase(address, database);
      const url = databaseUrl(address, database);
      return new EmbeddedPostgres(holding, address, url, origin);
    } catch (error) {
      await letGo(holding);
      throw error;
    }
  }
}

async function obtainServer(
  home: ClusterHome,
  holding: Holding,
  options: EmbeddedPostgresOptions,
): Promise<{ server: RunningServer; origin: EmbeddedPostgres["origin"] }> {
  const { durable = true, onProgress } = options;
  const isNew = !hasCluster(home.path);
  if (!isNew) {
    const password = readPassword(home.path);
    const cluster = clusterFolder(home.path);
    const server = await findServer(cluster, password);
    if (server) return { server, origin: "adopted" };
  }
  const binaries = await findBinaries({
    account: home.account,
    home: home.path,
    sources: options.binaries,
    onProgress,
  });
  if (isNew) {
    onProgress?.(
      `Making a database with PostgreSQL ${binaries.major} in ${home.path}`,
    );
    await initCluster(home, binaries, durable);
  }
  assertSameMajor(home.path, binaries.major);
  const server = await launchServer({
    home,
    binaries,
    durable,
    onSpawn: (pid) => (holding.launched = pid),
  });
  return { server, origin: isNew ? "created" : "started" };
}

async function ensureDatabase(
  address: ServerAddress,
  name: string,
): Promise<void> {
  const statement = `CREATE DATABASE ${identifier(name)}`;
  const found = await runStatement(
    address,
    "SELECT 1 AS found FROM pg_database WHERE datname = $1",
    [name],
  );
  if (found.length === 0) await runStatement(address, statement);
}

function identifier(name: string): string {
  // PostgreSQL would cut a longer one, and two names could become one.
  const size = Buffer.byteLength(name);
  if (size < 1 || size > 63) {
    throw new EmbeddedPostgresError(
      `A database's name has 1 to 63 bytes, and "${name}" has ${size}.`,
    );
  }
  return escapeIdentifier(name);
}

function assertUnused(home: string): void {
  const other = livingLeases(home).find((it) => it !== ownIdentity());
  if (other === undefined) return;
  throw new EmbeddedPostgresError(
    `Process ${pidOf(other)} is using the database in ${home}. Stop it first.`,
  );
}

async function demolish(home: string, dataDir: string): Promise<void> {
  await stopServer(clusterFolder(home));
  removeHome(home, dataDir);
}

function explained(error: unknown, dataDir: string): unknown {
  if (!/^(?:EACCES|EPERM|EROFS)$/.test(systemCode(error) ?? "")) return error;
  const { message } = error as Error;
  return new EmbeddedPostgresError(
    `This user (uid ${process.geteuid?.() ?? "?"}) may not use ${dataDir}: ${message}. If another user made the folder, such as root, delete it as that user, or give it away with chown. Or set DATABASE_URL.`,
    { cause: error },
  );
}
