import { DataSource } from "typeorm";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { dataSourceOptions } from "./data-source";
import { advisoryLocks, Database } from "./database";
import { Purge } from "./purge";

const nonces = {
  table: "nonces",
  key: "digest",
  time: "expires_at",
  keptSeconds: 60,
};

describe("Purge", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let clock: SteppedClock;
  let purge: Purge;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    database = new Database(dataSource);
  });

  beforeEach(async () => {
    clock = new SteppedClock();
    purge = new Purge(database, clock);
    purge.add(nonces);
    await dataSource.query("TRUNCATE google_auth.nonces");
    await dataSource.query(
      `INSERT INTO google_auth.nonces (digest, expires_at)
       SELECT sha256(n::text::bytea), now() FROM generate_series(1, 2500) AS n`,
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const left = async () => {
    const [row] = await dataSource.query<{ count: number }[]>(
      "SELECT count(*)::int AS count FROM google_auth.nonces",
    );
    return row?.count;
  };

  it("keeps rows that have not expired", async () => {
    clock.step(50);
    await purge.run();
    expect(await left()).toBe(2500);
  });

  it("deletes expired rows in several batches", async () => {
    clock.step(70);
    await purge.run();
    expect(await left()).toBe(0);
  });

  it("deletes each row once on several concurrent instances, without an error", async () => {
    clock.step(70);
    const others = Array.from({ length: 3 }, () => {
      const other = new Purge(database, clock);
      other.add(nonces);
      return other.run();
    });
    await Promise.all([purge.run(), ...others]);
    await purge.run();
    expect(await left()).toBe(0);
  });

  it("does nothing while another instance is purging", async () => {
    clock.step(70);
    const another = dataSource.createQueryRunner();
    try {
      await another.startTransaction();
      await another.query("SELECT pg_advisory_xact_lock($1)", [
        advisoryLocks.purge,
      ]);
      await purge.run();
      expect(await left()).toBe(2500);
    } finally {
      await another.rollbackTransaction();
      await another.release();
    }
  });

  it("stops between two batches when the application stops", async () => {
    clock.step(70);
    await purge.onModuleDestroy();
    await purge.run();
    expect(await left()).toBe(2500);
  });

  it("purges the other tables when one fails, and then throws its error", async () => {
    const first = new Purge(database, clock);
    first.add({ ...nonces, table: "no_such_table" });
    first.add(nonces);
    clock.step(70);
    await expect(first.run()).rejects.toMatchObject({ code: "42P01" });
    expect(await left()).toBe(0);
  });

  it("keeps a row that is renewed while the purge waits for its lock", async () => {
    clock.step(70);
    const renewing = dataSource.createQueryRunner();
    await renewing.startTransaction();
    await renewing.query(
      `UPDATE google_auth.nonces SET expires_at = now() + interval '1 hour'
       WHERE digest = sha256('1'::bytea)`,
    );
    const run = purge.run();
    // Wait until the purge waits for the row.
    const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`;
    while ((await dataSource.query<unknown[]>(waits)).length === 0);
    await renewing.commitTransaction();
    await renewing.release();
    await run;
    await purge.run();
    expect(await left()).toBe(1);
  });

  it("deletes by ctid from a table whose primary key has two columns", async () => {
    await dataSource.query(
      `INSERT INTO google_auth.audit_events (id, occurred_at, event)
       SELECT gen_random_uuid(), now(), 'sign_in' FROM generate_series(1, 1500)`,
    );
    const log = new Purge(database, clock);
    log.add({
      table: "audit_events_default",
      key: "ctid",
      time: "occurred_at",
      keptSeconds: 60,
    });
    clock.step(70);
    await log.run();
    expect(
      await dataSource.query("SELECT FROM google_auth.audit_events_default"),
    ).toHaveLength(0);
  });

  it("never scans a whole table, even with a generic plan", async () => {
    const calm = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 1, ssl: false }),
    ).initialize();
    // No other test uses this table.
    await calm.query(
      "CREATE TABLE google_auth.marks (LIKE google_auth.nonces INCLUDING ALL)",
    );
    await calm.query(
      "INSERT INTO google_auth.marks SELECT * FROM google_auth.nonces",
    );
    await calm.query("ANALYZE google_auth.marks");
    await calm.query("SET plan_cache_mode = force_generic_plan");
    const generic = new Purge(new Database(calm), clock);
    generic.add({ ...nonces, table: "marks" });
    clock.step(70);
    await generic.run();
    await calm.query("SELECT pg_stat_force_next_flush()");
    const [stats] = await calm.query<Record<string, string>[]>(
      `SELECT n_tup_del::text AS deleted, seq_tup_read::text AS read
       FROM pg_stat_user_tables WHERE relname = 'marks'`,
    );
    await calm.destroy();
    expect(stats).toEqual({ deleted: "2500", read: "0" });
  });
});
