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
    await dataSource.query("TRUNCATE nonces");
    await dataSource.query(
      `INSERT INTO nonces (digest, expires_at)
       SELECT sha256(n::text::bytea), now() FROM generate_series(1, 2500) AS n`,
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const left = async () => {
    const [row] = await dataSource.query<{ count: number }[]>(
      "SELECT count(*)::int AS count FROM nonces",
    );
    return row?.count;
  };

  it("leaves alone what is still to be kept", async () => {
    clock.step(50);
    await purge.run();
    expect(await left()).toBe(2500);
  });

  it("deletes in several batches what is over", async () => {
    clock.step(70);
    await purge.run();
    expect(await left()).toBe(0);
  });

  it("started on several instances at once deletes each row once, without an error", async () => {
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

  it("does nothing while another instance has its turn", async () => {
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

  it("stops between two batches when the application does", async () => {
    clock.step(70);
    await purge.onModuleDestroy();
    await purge.run();
    expect(await left()).toBe(2500);
  });
});
