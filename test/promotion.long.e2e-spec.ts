import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../src/database/data-source";
import { Database } from "../src/database/database";
import { DatabaseListener } from "../src/database/database-listener";
import { EmbeddedPostgres } from "../src/database/embedded-postgres";
import { migrate } from "../src/database/migrate";
import { Purge } from "../src/database/purge";
import { PostgresRevocations } from "../src/sessions/postgres-revocations";
import { SteppedClock } from "../src/testing/stepped-clock";
import { streamingReplica } from "./support/streaming-replica";

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
