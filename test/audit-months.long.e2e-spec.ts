import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DataSource } from "typeorm";
import type { PostgresDataSourceOptions } from "typeorm/driver/postgres/PostgresDataSourceOptions";
import { AuditPartitions } from "../src/audit/audit-partitions";
import { AuditTrail } from "../src/audit/audit-trail";
import { Clock } from "../src/common/clock.port";
import { Purge } from "../src/database/purge";
import { dataSourceOptions, migrate } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { person } from "./support/calls";
import { query } from "./support/rows";

const root = resolve(__dirname, "..");
const daySeconds = 24 * 3600;
const retentionDays = 45;

describe("the monthly partitions of the audit log", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;
  let one: TestService;
  let other: TestService;

  const start = () =>
    TestService.start(google, {
      database,
      env: { AUDIT_RETENTION_DAYS: String(retentionDays) },
      providers: [{ provide: Clock, useValue: clock }],
    });

  beforeEach(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    clock = new SteppedClock();
    [one, other] = await Promise.all([start(), start()]);
  });

  afterEach(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  /** The daily job of each instance. */
  const day = () =>
    Promise.all(
      [one, other].map((service) => service.app.get(AuditPartitions).run()),
    );
  const monthOf = (time: Date) =>
    `audit_events_${time.toISOString().slice(0, 7).replace("-", "_")}`;
  /** The month in this many days, by the service's clock. */
  const monthIn = (days: number) =>
    monthOf(new Date(clock.now() + days * daySeconds * 1000));
  const partitions = async () => {
    const rows = await query<{ name: string }>(
      one,
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'google_auth.audit_events'::regclass ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  };
  /**
   * The table of each line, and whether it is the table of the line's month.
   */
  const places = () =>
    query<{ place: string; at: Date }>(
      one,
      `SELECT relname AS place, occurred_at AS at
       FROM google_auth.audit_events AS lines
       JOIN pg_class ON pg_class.oid = lines.tableoid WHERE event <> 'signing_key_rotated'
       ORDER BY occurred_at`,
    );

  it("exist before the first request when two instances start at once", async () => {
    await person(one, google);
    await person(other, google);
    const lines = await places();
    expect(lines).toHaveLength(2);
    for (const { place, at } of lines) expect(place).toBe(monthOf(at));
    expect(await partitions()).toHaveLength(4);
  });

  it("over a year, are created ahead, hold every line and are dropped after the retention", async () => {
    const seen = new Set<string>();
    for (let days = 0; days < 366; days += 3) {
      await day();
      for (const service of [one, other]) {
        await service.app
          .get(AuditTrail)
          .record({ event: "data_exported", userId: null });
      }
      for (const ahead of [0, 28, 56]) {
        expect(await partitions()).toContain(monthIn(ahead));
      }
      for (const name of await partitions()) seen.add(name);
      clock.step(3 * daySeconds);
    }
    await day();
    const lines = await places();
    for (const { place, at } of lines) expect(place).toBe(monthOf(at));
    // Two lines every third day, for 45 days and the rest of the last month.
    expect(lines.length).toBeGreaterThanOrEqual(2 * (retentionDays / 3));
    expect(lines.length).toBeLessThanOrEqual(2 * ((retentionDays + 31) / 3));
    const oldest = Number(lines[0]?.at);
    const kept = clock.now() - (retentionDays + 31) * daySeconds * 1000;
    expect(oldest).toBeGreaterThanOrEqual(kept);
    expect(seen.size).toBeGreaterThanOrEqual(14);
    expect((await partitions()).length).toBeLessThanOrEqual(7);
  });

  it("are created and dropped during sign-ins, which all succeed", async () => {
    // This month was never created, and six years were never dropped.
    await query(one, `DROP TABLE google_auth.${monthIn(0)}`);
    for (let year = 2015; year <= 2020; year++) {
      await query(
        one,
        `CREATE TABLE google_auth.audit_events_${year} PARTITION OF google_auth.audit_events
         FOR VALUES FROM ('${year}-01-01Z') TO ('${year + 1}-01-01Z')`,
      );
    }
    const statuses: number[] = [];
    let busy = true;
    const users = [one, other, one, other].map(async (service) => {
      while (busy) statuses.push((await person(service, google)).status);
    });
    while (statuses.length < 20) await new Promise(setImmediate);
    expect((await places()).at(-1)?.place).toBe("audit_events_default");
    // A partition whose locks are not free in time is left for the next run.
    const changed = async () => {
      const names = await partitions();
      return (
        names.includes(monthIn(0)) && !names.some((it) => /_20(15|20)/.test(it))
      );
    };
    while (!(await changed())) await day().catch(() => undefined);
    const soon = statuses.length + 20;
    while (statuses.length < soon) await new Promise(setImmediate);
    busy = false;
    await Promise.all(users);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const lines = await places();
    expect(lines).toHaveLength(statuses.length);
    for (const { place, at } of lines) expect(place).toBe(monthOf(at));
  });

  it("that were never created are purged from the default partition", async () => {
    const old = new Date(clock.now() - (retentionDays + 1) * daySeconds * 1000);
    await query(
      one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event)
       SELECT gen_random_uuid(), $1::timestamptz, 'sign_in' FROM generate_series(1, 1500)`,
      [old],
    );
    await person(one, google);
    expect((await places())[0]?.place).toBe("audit_events_default");
    await other.app.get(Purge).run();
    expect((await places()).map(({ place }) => place)).toEqual([monthIn(0)]);
  });

  it("that were missing for long can be recreated as documented", async () => {
    for (const name of await partitions()) {
      if (name !== "audit_events_default")
        await query(one, `DROP TABLE google_auth.${name}`);
    }
    await query(
      one,
      `INSERT INTO google_auth.audit_events (id, occurred_at, event, user_agent)
       SELECT gen_random_uuid(), $1::timestamptz - n * interval '1 second', 'sign_in', repeat('x', 200)
       FROM generate_series(1, 20000) AS n`,
      [new Date(clock.now())],
    );
    const run = one.app.get(AuditPartitions).run();
    await expect(run).rejects.toThrow("docs/audit.md");
    const page = await readFile(join(root, "docs/audit.md"), "utf8");
    const [aside = "", back = ""] = [
      ...page.matchAll(/^```sql\n([\s\S]*?)^```/gm),
    ].map(([, text]) => text);
    await query(one, aside);
    await day();
    await query(one, back);
    await person(one, google);
    const lines = await places();
    expect(lines).toHaveLength(20_001);
    expect(lines.at(-1)?.place).toBe(monthIn(0));
    expect(await partitions()).toHaveLength(4);
  });

  it("have the columns that the documentation lists", async () => {
    const page = await readFile(join(root, "docs/audit.md"), "utf8");
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| /gm)].map(
      ([, name, type]) => ({ name, type }),
    );
    const present = await query<{ name: string; type: string }>(
      one,
      `SELECT attname AS name, replace(format_type(atttypid, NULL),
        'timestamp with time zone', 'timestamptz') AS type
       FROM pg_attribute WHERE attrelid = 'google_auth.audit_events'::regclass
       AND attnum > 0 AND NOT attisdropped`,
    );
    expect(listed).toHaveLength(present.length);
    expect(listed).toEqual(expect.arrayContaining(present));
  });

  it("match the entities' schema and are reverted with it", async () => {
    await person(one, google);
    const dataSource = await new DataSource({
      ...dataSourceOptions({ url: database.url, poolSize: 2, ssl: false }),
      entities: [join(root, "src/**/*.entity.ts")],
    }).initialize();
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query: text }) => text)).toEqual([]);
      for (let left = dataSource.migrations.length; left > 0; left--) {
        await dataSource.undoLastMigration({ transaction: "each" });
      }
      expect(
        await dataSource.query(
          "SELECT tablename FROM pg_tables WHERE tablename LIKE 'audit%'",
        ),
      ).toEqual([]);
      await migrate(dataSource.options as PostgresDataSourceOptions);
      expect(await partitions()).toEqual(["audit_events_default"]);
      await day();
      expect(await partitions()).toHaveLength(4);
    } finally {
      await dataSource.destroy();
    }
  });
});
