import { randomUUID } from "node:crypto";
import { Logger } from "@nestjs/common";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { advisoryLocks, Database } from "../database/database";
import { Purge } from "../database/purge";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { AuditPartitions } from "./audit-partitions";

const daySeconds = 24 * 3600;
const retentionDays = 60;

/** A clock that starts at this time and can be stepped. */
function clockAt(time: string): SteppedClock {
  const clock = new SteppedClock();
  clock.step((Date.parse(time) - Date.now()) / 1000);
  return clock;
}

describe("AuditPartitions", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let clock: SteppedClock;
  let purge: Purge;
  let partitions: AuditPartitions;

  beforeAll(() => {
    Logger.overrideLogger(["error"]);
  });

  beforeEach(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await connect();
    database = new Database(dataSource);
    clock = clockAt("2026-11-30T23:00:00Z");
    purge = new Purge(database, clock);
    partitions = instanceOn(database);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const connect = () =>
    new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
  const instanceOn = (through: Database) =>
    new AuditPartitions(through, clock, { retentionDays }, purge);

  /** The partitions in the order of their months. */
  const names = async () => {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'google_auth.audit_events'::regclass ORDER BY name`,
    );
    return rows.map(({ name }) => name.replace("audit_events_", ""));
  };
  const write = (time: string, count = 1) =>
    dataSource.query(
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_agent)
       SELECT gen_random_uuid(), $1::timestamptz, 'sign_in', repeat('x', 200)
       FROM generate_series(1, $2::int)`,
      [time, count],
    );
  /** The number of lines of each partition that is not empty. */
  const lines = async () => {
    const rows = await dataSource.query<{ name: string; count: number }[]>(
      `SELECT relname AS name, count(*)::int AS count
       FROM google_auth.audit_events AS lines
       JOIN pg_class ON pg_class.oid = lines.tableoid
       GROUP BY relname ORDER BY name`,
    );
    return Object.fromEntries(
      rows.map(({ name, count }) => [name.replace("audit_events_", ""), count]),
    );
  };

  it("creates this month and the next two, with every index of the table", async () => {
    await partitions.run();
    expect(await names()).toEqual(["2026_11", "2026_12", "2027_01", "default"]);
    const indexes = await dataSource.query<{ name: string; count: number }[]>(
      `SELECT indrelid::regclass::text AS name, count(*)::int AS count
       FROM pg_index
       WHERE indrelid = 'google_auth.audit_events'::regclass OR indrelid IN (
         SELECT inhrelid FROM pg_inherits
         WHERE inhparent = 'google_auth.audit_events'::regclass)
       GROUP BY indrelid`,
    );
    expect(new Set(indexes.map(({ count }) => count)).size).toBe(1);
    const [loose] = await dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM pg_index
       JOIN pg_class ON pg_class.oid = indexrelid
       WHERE relname LIKE 'audit\\_events\\_2%' AND NOT relispartition`,
    );
    expect(loose?.count).toBe(0);
  });

  it("stores each line in its month, to the microsecond, in any session time zone", async () => {
    const name = new URL(testDatabase.url).pathname.slice(1);
    await dataSource.query(
      `ALTER DATABASE ${name} SET timezone = 'Pacific/Kiritimati'`,
    );
    const far = await connect();
    await instanceOn(new Database(far)).run();
    const nothingToDo = jest.spyOn(far, "transaction");
    await instanceOn(new Database(far)).run();
    expect(nothingToDo).not.toHaveBeenCalled();
    await far.destroy();
    await write("2026-11-30T23:59:59.999999Z");
    await write("2026-12-01T00:00:00Z");
    await write("2027-02-01T00:00:00Z");
    await write("2026-10-31T23:59:59.999999Z");
    expect(await lines()).toEqual({ "2026_11": 1, "2026_12": 1, default: 2 });
  });

  it("creates nothing when run again, and one more partition in the next month", async () => {
    await partitions.run();
    const transactions = jest.spyOn(database, "transaction");
    await partitions.run();
    expect(transactions).not.toHaveBeenCalled();
    transactions.mockRestore();
    clock.step(2 * 3600);
    await partitions.run();
    expect(await names()).toEqual([
      "2026_11",
      "2026_12",
      "2027_01",
      "2027_02",
      "default",
    ]);
  });

  it("creates each partition once and loses no line, on several instances during writes", async () => {
    const others = await Promise.all(Array.from({ length: 3 }, connect));
    try {
      let running = true;
      let written = 0;
      const writing = (async () => {
        while (running) {
          await write("2026-11-30T23:00:00Z");
          await write("2026-12-01T00:00:00Z");
          written += 2;
        }
      })();
      const instances = [dataSource, ...others].map((source) =>
        instanceOn(new Database(source)),
      );
      // On a slow machine the locks may time out; the next run continues.
      while ((await names()).length < 4) {
        await Promise.allSettled(instances.map((instance) => instance.run()));
      }
      running = false;
      await writing;
      expect(await names()).toHaveLength(4);
      const counts = await lines();
      expect(counts).not.toHaveProperty("default");
      expect(Object.values(counts).reduce((a, b) => a + b)).toBe(written);
    } finally {
      await Promise.all(others.map((other) => other.destroy()));
    }
  });

  it("moves the month's lines out of the default partition", async () => {
    await write("2026-11-30T23:00:00Z", 500);
    await write("2027-01-31T23:59:59Z", 3);
    await write("2031-01-01T00:00:00Z", 2);
    await partitions.run();
    expect(await lines()).toEqual({ "2026_11": 500, "2027_01": 3, default: 2 });
  });

  it("leaves too many lines in the default partition and logs it, but still drops old partitions", async () => {
    await partitions.run();
    clock.step(150 * daySeconds);
    await write("2027-04-15T00:00:00Z", 20_000);
    await expect(partitions.run()).rejects.toThrow("docs/audit.md");
    expect(await lines()).toEqual({ default: 20_000 });
    expect(await names()).toEqual(["default"]);
  });

  it("drops a month when its last day is older than the retention, not before", async () => {
    await partitions.run();
    await write("2026-11-30T23:59:59Z");
    await write("2026-12-31T23:59:59Z");
    // Now the end of November is 60 days ago, less one minute.
    clock.step(daySeconds * retentionDays + 59 * 60);
    await partitions.run();
    expect(await lines()).toEqual({ "2026_11": 1, "2026_12": 1 });
    clock.step(2 * 60);
    await partitions.run();
    expect(await lines()).toEqual({ "2026_12": 1 });
    expect(await names()).not.toContain("2026_11");
  });

  it("drops partitions created by others, but none without an upper bound", async () => {
    await dataSource.query(
      `CREATE TABLE "Year 2020" PARTITION OF google_auth.audit_events
       FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`,
    );
    await dataSource.query(
      `CREATE TABLE audit_events_future PARTITION OF google_auth.audit_events
       FOR VALUES FROM ('2040-01-01') TO (MAXVALUE)`,
    );
    await dataSource.query(
      `CREATE TABLE audit_events_winter PARTITION OF google_auth.audit_events
       FOR VALUES FROM ('2026-11-01Z') TO ('2027-03-01Z')`,
    );
    await partitions.run();
    expect(await names()).toEqual(["default", "future", "winter"]);
  });

  it("purges lines of the default partition that are older than the retention", async () => {
    await write("2026-09-30T00:00:00Z", 2500);
    await write("2026-10-02T00:00:00Z", 5);
    await purge.run();
    expect(await lines()).toEqual({ default: 5 });
  });

  it("gives up soon during a long read of the log, without blocking others, and succeeds later", async () => {
    const reader = dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query("SELECT count(*) FROM google_auth.audit_events");
    const startedAt = Date.now();
    const run = partitions.run();
    const writes = Array.from({ length: 20 }, () =>
      write("2026-11-30T23:00:00Z"),
    );
    await expect(run).rejects.toMatchObject({ code: "service_unavailable" });
    await Promise.all(writes);
    expect(Date.now() - startedAt).toBeLessThan(3000);
    expect(await names()).toEqual(["default"]);
    await reader.rollbackTransaction();
    await reader.release();
    await partitions.run();
    expect(await lines()).toEqual({ "2026_11": 20 });
  });

  it("waits while another instance runs it", async () => {
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query("SELECT pg_advisory_xact_lock($1)", [
      advisoryLocks.auditPartitions,
    ]);
    const run = partitions.run();
    const waiting = `SELECT FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'
      AND datname = current_database()`;
    while ((await dataSource.query<unknown[]>(waiting)).length === 0);
    expect(await names()).toEqual(["default"]);
    await other.rollbackTransaction();
    await other.release();
    await run;
    expect(await names()).toHaveLength(4);
  });

  it("logs missing permissions on the table, and the service keeps running", async () => {
    const role = `writer_${randomUUID().replaceAll("-", "")}`;
    await dataSource.query(`CREATE ROLE ${role}`);
    await dataSource.query(`GRANT USAGE ON SCHEMA google_auth TO ${role};
       GRANT INSERT, SELECT ON google_auth.audit_events TO ${role}`);
    const limited = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 1, ssl: false }),
    ).initialize();
    try {
      await limited.query(`SET ROLE ${role}`);
      const instance = instanceOn(new Database(limited));
      const warn = jest.spyOn(Logger.prototype, "warn");
      await instance.onApplicationBootstrap();
      expect(warn.mock.calls).toEqual([
        [
          expect.objectContaining({ retryAfterSeconds: 60 }),
          "The partitions of the audit log could not be brought up to date",
        ],
      ]);
      warn.mockRestore();
      await instance.onModuleDestroy();
      await limited.query(
        "INSERT INTO google_auth.audit_events (id, occurred_at, event) VALUES (gen_random_uuid(), now(), 'sign_in')",
      );
      expect(await lines()).toEqual({ default: 1 });
    } finally {
      await limited.destroy();
      await dataSource.query(`DROP OWNED BY ${role}`);
      await dataSource.query(`DROP ROLE ${role}`);
    }
  });
});
