import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { dataSourceOptions } from "../../src/database/data-source";
import { EmbeddedPostgres } from "../../src/database/embedded-postgres";
import { migrate } from "../../src/database/migrate";
import { GoogleEmulator } from "../../src/testing/google/emulator";
import { PgBouncer } from "../support/pg-bouncer";
import { streamingReplica } from "../support/streaming-replica";
import { TcpProxy } from "../support/tcp-proxy";
import { Child } from "./child";
import { Instance } from "./instance";
import { Nginx } from "./nginx";

/** The connections from PgBouncer to Postgres. */
export const serverConnections = 20;

/**
 * nginx → two instances → PgBouncer (transaction mode) → Postgres with a
 * streaming replica, all on this machine, with networks between them that can
 * fail.
 */
export class Cluster {
  private constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly google: GoogleEmulator,
    /** What is between the instances and Google. */
    readonly googleNetwork: TcpProxy,
    public primary: EmbeddedPostgres,
    private replica: EmbeddedPostgres | undefined,
    /** What is between PgBouncer and Postgres. */
    readonly databaseNetwork: TcpProxy,
    /** What is between the primary and its replica. */
    readonly replication: TcpProxy,
    readonly bouncer: PgBouncer,
    readonly instances: readonly [Instance, Instance],
    private readonly nginx: Nginx,
  ) {}

  static async start(folder: string): Promise<Cluster> {
    const google = await GoogleEmulator.start();
    const googleNetwork = await TcpProxy.to(google.url);
    const start = (name: string) =>
      EmbeddedPostgres.start({ dataDir: join(folder, name) });
    const primary = await start("primary");
    await migrate(
      dataSourceOptions({ url: primary.url, poolSize: 2, ssl: false }),
    );
    await setLimitsOfRole(primary.url);
    const replication = await TcpProxy.to(primary.url);
    const replica = await streamingReplica(primary, start, replication.url);
    const databaseNetwork = await TcpProxy.to(primary.url);
    const bouncer = await PgBouncer.start(
      databaseNetwork.url,
      "transaction",
      serverConnections,
      deployedSettings(),
    );
    const env = environmentWith(google, googleNetwork.url);
    const [one, other] = [
      await Instance.create("one", bouncer.url, env, folder),
      await Instance.create("other", bouncer.url, env, folder),
    ];
    await one.start();
    await other.start();
    const nginx = await Nginx.start([one.port, other.port], folder);
    return new Cluster(
      folder,
      env,
      google,
      googleNetwork,
      primary,
      replica,
      databaseNetwork,
      replication,
      bouncer,
      [one, other],
      nginx,
    );
  }

  /** Where clients reach the service. */
  get url(): string {
    return this.nginx.url;
  }

  /** Stops Postgres as a restart does, and starts it. */
  async restartPostgres(): Promise<void> {
    await this.primary.stop();
    this.primary = await EmbeddedPostgres.start({
      dataDir: join(this.folder, "primary"),
    });
    this.databaseNetwork.leadTo(this.primary.url);
    this.replication.leadTo(this.primary.url);
  }

  /** The replica takes the place of the primary, which is gone. */
  async promoteReplica(): Promise<void> {
    const { replica } = this;
    if (!replica) throw new Error("It was promoted before");
    await this.databaseNetwork.cut();
    await this.primary.stop();
    await run(replica.url, "SELECT pg_promote(true, 30)");
    this.primary = replica;
    this.replica = undefined;
    this.databaseNetwork.leadTo(replica.url);
    await this.databaseNetwork.restore();
  }

  /** Rotates the signing keys as an operator does. */
  async rotateKeys(): Promise<void> {
    const log = join(this.folder, "keys.log");
    const cli = resolve(__dirname, "../../dist/cli.js");
    const child = Child.start(
      [process.execPath, cli, "keys", "rotate"],
      { ...process.env, ...this.env, DATABASE_URL: this.bouncer.url },
      log,
    );
    const status = await child.ended();
    if (status !== 0) throw new Error(`keys rotate failed; see ${log}`);
  }

  /** Runs a statement past everything. */
  query(text: string): Promise<void> {
    return run(this.primary.url, text);
  }

  /** @param keepsLogs whether to leave the logs of all programs */
  async stop(keepsLogs: boolean): Promise<void> {
    await this.nginx.stop();
    for (const instance of this.instances) {
      await instance.kill();
      await instance.network.stop();
    }
    await this.bouncer.stop();
    await this.databaseNetwork.stop();
    await this.replication.stop();
    await this.replica?.stop();
    await this.primary.stop();
    for (const name of ["primary", "replica"]) {
      await EmbeddedPostgres.destroy(join(this.folder, name));
    }
    await this.googleNetwork.stop();
    await this.google.stop();
    if (keepsLogs) console.error(`The logs are in ${this.folder}`);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

/** PgBouncer as in deploy/compose. */
function deployedSettings(): Record<string, string> {
  const file = resolve(__dirname, "../../deploy/compose/pgbouncer.env");
  const lines = readFileSync(file, "utf8").matchAll(/^(\w+)=(.*)$/gm);
  const settings = Object.fromEntries(
    [...lines].map(([, name = "", value = ""]) => [name.toLowerCase(), value]),
  );
  // These two are given to PgBouncer.start.
  delete settings.pool_mode;
  delete settings.default_pool_size;
  return settings;
}

function environmentWith(
  google: GoogleEmulator,
  googleUrl: string,
): Record<string, string> {
  const its = Object.entries(google.environment()).map(([name, value]) => [
    name,
    value.replace(google.url, new URL(googleUrl).origin),
  ]);
  const limits = ["SIGN_IN", "SIGN_IN_FAILURES", "REFRESH", "NONCE"];
  return {
    ...(Object.fromEntries(its) as Record<string, string>),
    ...Object.fromEntries(limits.map((name) => [`RATE_LIMIT_${name}`, "off"])),
    NODE_ENV: "test",
    PUBLIC_URL: "https://service.example",
    SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
    TRUSTED_PROXIES: "127.0.0.1",
    SHUTDOWN_DELAY_SECONDS: "5",
    LOG_LEVEL: "warn",
  };
}

/** Through a pooler, the service cannot set them: docs/deployment.md. */
async function setLimitsOfRole(url: string): Promise<void> {
  const role = new URL(url).username;
  await run(url, `ALTER ROLE ${role} SET statement_timeout = '10s'`);
  await run(url, `ALTER ROLE ${role} SET lock_timeout = '2s'`);
}

async function run(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
