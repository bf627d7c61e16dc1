import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  copyFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { EmbeddedPostgres } from "../../src/database/embedded-postgres";

/**
 * Creates an up-to-date replica by a base backup and streaming.
 *
 * @param start starts the server of a name
 * @param via the primary's URL for the replica, if something is in between
 */
export async function streamingReplica(
  primary: EmbeddedPostgres,
  start: (name: string) => Promise<EmbeddedPostgres>,
  via = primary.url,
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
    const { port, username, password } = new URL(via);
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
