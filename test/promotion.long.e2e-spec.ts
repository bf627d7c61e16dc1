import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../src/database/data-source";
import { Database } from "../src/database/database";
import { DatabaseListener } from "../src/database/database-listener";
import { EmbeddedPostgres } from "../src/database/embedded-postgres";
import { migrate } from "../src/database/migrate";
import { Purge } from "../src/database/purge";
import { PostgresRevocations } from "../src/sessions/postgres-revocations";
import { SteppedClock } from "../src/testing/stepped-clock";

/** The number of transactions that the replica lacks when it is promoted. */
const lost = 90;

describe("revocations after the promotion of a lagging streaming replica", () => {
  let folder: string;
  const opened: DataSource[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "promotion-"));
  });

  afterAll(async () => {
    for (const source of opened) await source.destroy().catch(() => undefined);
    for (const name of ["primary", "replica"]) {
      await EmbeddedPostgres.destroy(join(folder, name));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (name: string) =>
    EmbeddedPostgres.start({ dataDir: join(folder, name) });
  const optionsOf = ({ url }: EmbeddedPostgres) =>
    dataSourceOptions({ url, poolSize: 4, ssl: false });
  const connect = async (server: EmbeddedPostgres) => {
    const source = await new DataSource(optionsOf(server)).initialize();
    opened.push(source);
    return source;
  };

  it("a paused instance receives the revocations made since, although their numbers repeat", async () => {
    const primary = await start("primary");
    await migrate(optionsOf(primary));
    const before = await connect(primary);
    const replica = await streamingReplica(primary, start);
    // From here on it lags.
    await replica.stop();

    let current = before;
    const clock = new SteppedClock();
    const database = new Database(() => current);
    const instance = new PostgresRevocations(
      database,
      new DatabaseListener(database),
      clock,
      new Purge(database, clock),
    );
    const covers = async (id: string) => {
      clock.step(1.001);
      return instance.covers(id, randomUUID(), 1000);
    };
    const ended = Array.from({ length: lost }, () => randomUUID());
    for (const id of ended) await end(before, id);
    expect(await covers(ended.at(-1) ?? "")).toBe(true);

    await before.destroy();
    await primary.stop();
    const promoted = await start("replica");
    const after = await connect(promoted);
    await after.query("SELECT pg_promote(true, 30)");
    expect(await idsOf(after)).toEqual([]);
    const again = Array.from({ length: lost }, () => randomUUID());
    for (const id of again) await end(after, id);

    current = after;
    expect(await Promise.all(again.map(covers))).toEqual(again.map(() => true));
    await instance.onModuleDestroy();
    await after.destroy();
    await promoted.stop();
  }, 120_000);
});

async function end(source: DataSource, sessionId: string): Promise<void> {
  await source.query(
    `INSERT INTO google_auth.revocations (session_id, expires_at)
     VALUES ($1, now() + interval '1 hour')`,
    [sessionId],
  );
}

async function idsOf(source: DataSource): Promise<string[]> {
  const rows = await source.query<{ id: string }[]>(
    "SELECT id FROM google_auth.revocations",
  );
  return rows.map(({ id }) => id);
}

/** Creates an up-to-date replica by a base backup and streaming. */
async function streamingReplica(
  primary: EmbeddedPostgres,
  start: (name: string) => Promise<EmbeddedPostgres>,
): Promise<EmbeddedPostgres> {
  // Started on its own first, so that its folder exists with the right
  // permissions.
  const blank = await start("replica");
  const [from, to] = [homeOf(primary), homeOf(blank)];
  await blank.stop();
  const client = new Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('replica', true)");
    const cluster = join(to, "cluster");
    rmSync(cluster, { recursive: true });
    execFileSync("cp", ["-a", join(from, "cluster"), cluster]);
    const { rows } = await client.query<{ label: string }>(
      "SELECT labelfile AS label FROM pg_backup_stop(false)",
    );
    rmSync(join(cluster, "postmaster.pid"));
    writeFileSync(join(cluster, "backup_label"), rows[0]?.label ?? "");
    writeFileSync(join(cluster, "standby.signal"), "");
    const { port, username, password } = new URL(primary.url);
    appendFileSync(
      join(cluster, "postgresql.auto.conf"),
      `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
    );
    for (const file of ["backup_label", "standby.signal"]) {
      const { uid, gid } = statSync(cluster);
      chownSync(join(cluster, file), uid, gid);
    }
    copyFileSync(join(from, "password"), join(to, "password"));
    const replica = await start("replica");
    await caughtUp(client, replica);
    return replica;
  } finally {
    await client.end();
  }
}

function homeOf(server: EmbeddedPostgres): string {
  return String(Reflect.get(server, "home"));
}

async function caughtUp(
  primary: Client,
  { url }: EmbeddedPostgres,
): Promise<void> {
  const replica = new Client({ connectionString: url });
  await replica.connect();
  try {
    const { rows } = await primary.query<{ at: string }>(
      "SELECT pg_current_wal_lsn()::text AS at",
    );
    const isStreaming = async () => {
      const { rowCount } = await replica.query(
        `SELECT FROM pg_stat_wal_receiver
         WHERE status = 'streaming' AND pg_last_wal_replay_lsn() >= $1::pg_lsn`,
        [rows[0]?.at],
      );
      return rowCount === 1;
    };
    while (!(await isStreaming())) await delay(100);
  } finally {
    await replica.end();
  }
}
