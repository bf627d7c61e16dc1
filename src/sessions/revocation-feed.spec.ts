import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { DatabaseBell } from "../database/database-bell";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import { RevocationFeed, revocationsChannel } from "./revocation-feed";

describe("RevocationFeed", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let clock: SteppedClock;
  let feed: RevocationFeed;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
  });

  beforeEach(async () => {
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    clock = new SteppedClock();
    feed = new RevocationFeed(
      new Database(dataSource),
      new DatabaseBell(dataSource),
      clock,
    );
  });

  afterEach(async () => {
    await feed.onModuleDestroy();
    if (dataSource.isInitialized) await dataSource.destroy();
  });

  afterAll(() => testDatabase.destroy());

  const insert =
    "INSERT INTO revocations (session_id, expires_at) VALUES ($1, $2)";
  const inSeconds = (seconds: number) => new Date(clock.now() + seconds * 1000);
  const end = async (id: string, seconds = 900) => {
    await dataSource.query(insert, [id, inSeconds(seconds)]);
  };
  const look = () => feed.syncWithin(5000);

  it("knows from the start what was ended before, and nothing else", async () => {
    const [ended, other] = [randomUUID(), randomUUID()];
    await end(ended);
    await feed.onApplicationBootstrap();
    expect(feed.hasEnded(ended)).toBe(true);
    expect(feed.hasEnded(other)).toBe(false);
  });

  it("hears of a new one without being asked, in a moment", async () => {
    await feed.onApplicationBootstrap();
    const id = randomUUID();
    await end(id);
    await dataSource.query(`NOTIFY ${revocationsChannel}`);
    const startedAt = Date.now();
    while (!feed.hasEnded(id)) await new Promise(setImmediate);
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });

  it("hears of it also when no notification comes", async () => {
    await feed.onApplicationBootstrap();
    const id = randomUUID();
    await end(id);
    const startedAt = Date.now();
    while (!feed.hasEnded(id)) await new Promise(setImmediate);
    expect(Date.now() - startedAt).toBeLessThan(1500);
  });

  it("does not miss a row that is committed after one with a higher number", async () => {
    const late = new Client({ connectionString: testDatabase.url });
    await late.connect();
    try {
      const [first, second] = [randomUUID(), randomUUID()];
      await late.query("BEGIN");
      await late.query(insert, [first, inSeconds(900)]);
      await end(second);
      await look();
      expect([feed.hasEnded(first), feed.hasEnded(second)]).toEqual([
        false,
        true,
      ]);
      await late.query("COMMIT");
      await look();
      expect(feed.hasEnded(first)).toBe(true);
    } finally {
      await late.end();
    }
  });

  it("forgets a session when its last access token is over, and keeps the memory bounded", async () => {
    const ids = Array.from({ length: 100 }, () => randomUUID());
    for (const id of ids) await end(id, 10);
    await look();
    const known = feed.size;
    expect(known).toBeGreaterThanOrEqual(100);
    clock.step(65);
    await look();
    expect(feed.size).toBe(known);
    clock.step(10);
    await look();
    expect(feed.size).toBeLessThanOrEqual(known - 100);
  });

  it("reads everything again from a database with another past", async () => {
    const id = randomUUID();
    await end(id);
    Object.assign(feed, { watermark: "999999999999" });
    await look();
    expect(feed.hasEnded(id)).toBe(true);
  });

  it("gives one look to all who ask at once, and a later one to who asks meanwhile", async () => {
    const query = jest.spyOn(Database.prototype, "query");
    await Promise.all(Array.from({ length: 50 }, look));
    const looks = query.mock.calls.length;
    query.mockRestore();
    expect(looks).toBeLessThanOrEqual(2);
  });

  it("says that it fails while the database is away, and is well again alone", async () => {
    await feed.onApplicationBootstrap();
    const { syncedAt } = feed;
    await dataSource.destroy();
    await look();
    expect(feed.isFailing).toBe(true);
    expect(feed.syncedAt).toBeLessThanOrEqual(syncedAt + 1000);
    await dataSource.initialize();
    await look();
    expect(feed.isFailing).toBe(false);
  });
});
