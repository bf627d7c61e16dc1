import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { freePort } from "../../src/database/embedded/launch-server";

/**
 * A PgBouncer in front of a database, with its default configuration except for
 * the pool mode.
 */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    /** The database's URL through PgBouncer. */
    readonly url: string,
  ) {}

  /**
   * @param databaseUrl with the password of its user
   * @param serverConnections the number of connections it opens to the database
   * @param settings additional PgBouncer settings, by name
   */
  static async start(
    databaseUrl: string,
    mode: "session" | "transaction",
    serverConnections: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<PgBouncer> {
    const database = new URL(databaseUrl);
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "pgbouncer-"));
    const users = join(folder, "users.txt");
    const configuration = join(folder, "pgbouncer.ini");
    writeFileSync(users, `"${database.username}" "${database.password}"\n`);
    writeFileSync(
      configuration,
      [
        "[databases]",
        `* = host=${database.hostname} port=${database.port}`,
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        `listen_port = ${port}`,
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        `auth_file = ${users}`,
        `pool_mode = ${mode}`,
        `default_pool_size = ${serverConnections}`,
        `admin_users = ${database.username}`,
        ...Object.entries(settings).map(
          ([name, value]) => `${name} = ${value}`,
        ),
      ].join("\n"),
    );
    const account = accountFor(folder, [users, configuration]);
    const child = spawn("pgbouncer", [configuration], {
      ...account,
      stdio: "ignore",
    });
    // PgBouncer must not outlive this process.
    const kill = () => child.kill();
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    const url = new URL(databaseUrl);
    url.port = String(port);
    await untilItAnswers(url.href, child);
    return new PgBouncer(child, folder, url.href);
  }

  /** Runs a command of its console, such as PAUSE. */
  async command(text: string): Promise<void> {
    const url = new URL(this.url);
    url.pathname = "/pgbouncer";
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** PgBouncer refuses to run as root. */
function accountFor(folder: string, files: readonly string[]) {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) =>
    Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  const [uid, gid] = [idOf("-u"), idOf("-g")];
  for (const path of [folder, ...files]) chownSync(path, uid, gid);
  for (const path of files) chmodSync(path, 0o600);
  return { uid, gid };
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error("PgBouncer does not answer", { cause });
      }
      await delay(50);
    }
  }
}
