import { DataSource } from "typeorm";
import { SystemClock } from "../common/clock.port";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { TestDatabase } from "../testing/test-database";
import { PostgresThrottlerStorage } from "./postgres-throttler-storage";

describe("PostgresThrottlerStorage", () => {
  const minute = 60_000;
  let database: TestDatabase;
  let dataSource: DataSource;
  let purge: Purge;
  let storage: PostgresThrottlerStorage;

  beforeAll(async () => {
    database = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: database.url, poolSize: 10, ssl: false }),
    ).initialize();
    const statements = new Database(dataSource);
    purge = new Purge(statements, new SystemClock());
    storage = new PostgresThrottlerStorage(statements, purge);
  });

  beforeEach(() => dataSource.query("TRUNCATE google_auth.rate_limits"));

  afterAll(async () => {
    await dataSource.destroy();
    await database.destroy();
  });

  /** Lets this much time pass for the counts. */
  const age = (seconds: number) =>
    dataSource.query(
      "UPDATE google_auth.rate_limits SET expires_at = expires_at - make_interval(secs => $1)",
      [seconds],
    );
  const rows = () =>
    dataSource.query<{ key: string; hits: number }[]>(
      "SELECT key, hits FROM google_auth.rate_limits ORDER BY key",
    );

  it("blocks hits beyond the limit and returns for how long", async () => {
    const good = { isBlocked: false, timeToBlockExpire: 0 };
    expect(await storage.increment("a", minute, 2)).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      ...good,
    });
    await age(30);
    expect(await storage.increment("a", minute, 2)).toEqual({
      totalHits: 2,
      timeToExpire: 30,
      ...good,
    });
    await age(10);
    expect(await storage.increment("a", minute, 2)).toEqual({
      totalHits: 3,
      timeToExpire: 20,
      isBlocked: true,
      timeToBlockExpire: 20,
    });
  });

  it("counts concurrent hits, and each key separately", async () => {
    const keys = ["a", "b", "c"];
    const records = await Promise.all(
      Array.from({ length: 150 }, (_, hit) =>
        storage.increment(keys[hit % 3] ?? "", minute, 20),
      ),
    );
    expect(records.filter(({ isBlocked }) => !isBlocked)).toHaveLength(60);
    expect((await rows()).map(({ key }) => key)).toEqual(keys);
  });

  it("restarts at the end of the window", async () => {
    await storage.increment("a", minute, 1);
    await storage.increment("a", minute, 1);
    await age(60);
    const records = await Promise.all(
      Array.from({ length: 5 }, () => storage.increment("a", minute, 1)),
    );
    expect(records.map(({ totalHits }) => totalHits).sort()).toEqual([
      1, 2, 2, 2, 2,
    ]);
  });

  it("does not block for longer than a window if the clock was set back", async () => {
    await storage.increment("a", minute, 1);
    await age(-86_400);
    expect(await storage.increment("a", minute, 1)).toMatchObject({
      totalHits: 1,
      timeToExpire: 60,
    });
  });

  it("stops counting a flood beyond the limit", async () => {
    for (let hit = 0; hit < 5; hit++) await storage.increment("a", minute, 2);
    expect(await rows()).toEqual([{ key: "a", hits: 3 }]);
  });

  it("deletes windows some time after their end", async () => {
    await storage.increment("old", minute, 1);
    await age(200);
    await storage.increment("new", minute, 1);
    await purge.run();
    expect((await rows()).map(({ key }) => key)).toEqual(["new"]);
  });
});
