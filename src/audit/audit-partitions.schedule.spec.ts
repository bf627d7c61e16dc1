import { Logger } from "@nestjs/common";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { AuditPartitions } from "./audit-partitions";

describe("AuditPartitions by itself", () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  const minute = 60_000;
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let clock: SteppedClock;
  let partitions: AuditPartitions;

  beforeEach(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 2, ssl: false }),
    ).initialize();
    const database = new Database(dataSource);
    clock = new SteppedClock();
    partitions = new AuditPartitions(
      database,
      clock,
      { retentionDays: 60 },
      new Purge(database, clock),
    );
    jest.useFakeTimers({
      doNotFake: [
        ...(["Date", "hrtime", "nextTick", "performance"] as const),
        ...(["queueMicrotask", "setImmediate", "clearImmediate"] as const),
        ...(["setInterval", "clearInterval"] as const),
      ],
    });
  });

  afterEach(async () => {
    await partitions.onModuleDestroy();
    jest.useRealTimers();
    jest.restoreAllMocks();
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const count = async () => {
    const rows = await dataSource.query<unknown[]>(
      "SELECT FROM pg_inherits WHERE inhparent = 'google_auth.audit_events'::regclass",
    );
    return rows.length;
  };

  it("checks at start and then once a day", async () => {
    await partitions.onApplicationBootstrap();
    expect(await count()).toBe(4);
    clock.step(31 * 24 * 3600);
    const looks = jest.spyOn(partitions, "run");
    jest.advanceTimersByTime(24 * 60 * minute - 1);
    expect(looks).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    await looks.mock.results[0]?.value;
    expect(await count()).toBeGreaterThan(4);
  });

  it("retries a minute after a failure, then with growing waits, and logs each failure", async () => {
    await dataSource.query(
      "ALTER TABLE google_auth.audit_events RENAME TO away",
    );
    const waits: number[] = [];
    jest
      .spyOn(Logger.prototype, "warn")
      .mockImplementation(({ retryAfterSeconds }) => {
        waits.push(retryAfterSeconds as number);
      });
    await partitions.onApplicationBootstrap();
    for (let failures = 1; failures < 9; failures++) {
      expect(waits).toHaveLength(failures);
      jest.advanceTimersByTime((waits.at(-1) ?? 0) * 1000);
      while (waits.length === failures) await new Promise(setImmediate);
    }
    expect(waits).toEqual([
      ...[60, 120, 240, 480, 960, 1920, 3600, 3600, 3600],
    ]);
  });

  it("does not check after it was stopped", async () => {
    await partitions.onApplicationBootstrap();
    await partitions.onModuleDestroy();
    const looks = jest.spyOn(partitions, "run");
    jest.advanceTimersByTime(48 * 60 * minute);
    expect(looks).not.toHaveBeenCalled();
  });
});
