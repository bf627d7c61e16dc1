import { setTimeout as delay } from "node:timers/promises";
import { DataSource } from "typeorm";
import { TestDatabase } from "../testing/test-database";
import { dataSourceOptions } from "./data-source";
import { advisoryLocks, Database } from "./database";

describe("Database", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeEach(async () => {
    testDatabase = await TestDatabase.create();
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 1, ssl: false }),
    ).initialize();
    database = new Database(dataSource);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await testDatabase.destroy();
  });

  const preparedStatements = () =>
    dataSource.query<{ statement: string }[]>(
      "SELECT statement FROM pg_prepared_statements",
    );

  it("prepares a statement once per connection", async () => {
    for (const value of [1, 2, 3]) {
      expect(await database.query("SELECT $1::int AS n", [value])).toEqual([
        { n: value },
      ]);
    }
    expect(await preparedStatements()).toEqual([
      { statement: "SELECT $1::int AS n" },
    ]);
  });

  it("stops preparing when a pooler loses prepared statements", async () => {
    await database.query("SELECT $1::int AS n", [1]);
    await dataSource.query("DEALLOCATE ALL");
    expect(await database.query("SELECT $1::int AS n", [2])).toEqual([
      { n: 2 },
    ]);
    expect(await database.query("SELECT $1::text AS t", ["a"])).toEqual([
      { t: "a" },
    ]);
    expect(await preparedStatements()).toEqual([]);
  });

  it("passes on an error of the statement itself and keeps preparing", async () => {
    await expect(
      database.query("SELECT 1 / $1::int AS n", [0]),
    ).rejects.toMatchObject({ code: "22012" });
    await database.query("SELECT $1::int AS n", [1]);
    expect(await preparedStatements()).toHaveLength(1);
  });

  it("retries the victim of a deadlock", async () => {
    const other = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 4, ssl: false }),
    ).initialize();
    await other.query(
      "CREATE TABLE pairs AS SELECT id, 0 AS n FROM generate_series(1, 2) AS id",
    );
    const both = new Database(other);
    // One locks rows 1 and 2, the other rows 2 and 1.
    const lock = (first: number, second: number) =>
      both.query(
        `WITH held AS MATERIALIZED (
          UPDATE pairs SET n = n + 1 WHERE id = $1::int RETURNING pg_sleep(0.1)
        ), counted AS MATERIALIZED (SELECT count(*) AS c FROM held)
        UPDATE pairs SET n = n + 1 FROM counted WHERE id = $2::int AND c > 0`,
        [first, second],
      );
    await Promise.all([lock(1, 2), lock(2, 1)]);
    expect(await both.query("SELECT id, n FROM pairs ORDER BY id", [])).toEqual(
      [
        { id: 1, n: 2 },
        { id: 2, n: 2 },
      ],
    );
    await other.destroy();
  });

  it("throws service_unavailable when the connection dies, and then reconnects", async () => {
    const killed = database.query(
      "SELECT pg_terminate_backend(pg_backend_pid()) AS ok",
      [],
    );
    await expect(killed).rejects.toMatchObject({ code: "service_unavailable" });
    expect(await database.query("SELECT 1 AS n", [])).toEqual([{ n: 1 }]);
  });

  // A regression: it was a 500.
  it.each(["with another statement", "with its commit"])(
    "throws service_unavailable when the connection dies in a transaction that goes on %s",
    async (how) => {
      const other = await new DataSource(
        dataSourceOptions({ url: testDatabase.url, poolSize: 1, ssl: false }),
      ).initialize();
      const cut = database.transaction(async ({ query }) => {
        const [row] = await query<{ id: number }>(
          "SELECT pg_backend_pid() AS id",
          [],
        );
        await other.query("SELECT pg_terminate_backend($1)", [row?.id]);
        while (database.connections.open > 0) await delay(10);
        if (how === "with another statement") await query("SELECT 1", []);
      });
      await expect(cut).rejects.toMatchObject({
        code: "service_unavailable",
        retryAfterSeconds: 5,
      });
      await other.destroy();
    },
  );

  it("runs one holder of a lock at a time, and rolls back on failure", async () => {
    const other = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 2, ssl: false }),
    ).initialize();
    let inside = 0;
    const enter = (through: Database) =>
      through.withLock(advisoryLocks.signingKeys, async ({ query }) => {
        inside += 1;
        const alone = inside === 1;
        await query("SELECT pg_sleep(0.01)", []);
        inside -= 1;
        return alone;
      });
    const databases = [database, new Database(other), new Database(other)];
    expect(await Promise.all(databases.map(enter))).toEqual([true, true, true]);
    await expect(
      database.withLock(advisoryLocks.signingKeys, async ({ query }) => {
        await query("CREATE TABLE half_made (id int)", []);
        throw new Error("half way");
      }),
    ).rejects.toThrow("half way");
    expect(
      await database.query("SELECT to_regclass('half_made') AS made", []),
    ).toEqual([{ made: null }]);
    await other.destroy();
  });

  it("calls back after the commit or the rollback", async () => {
    const told: string[] = [];
    const run = (fails: boolean, name: string) =>
      database.transaction(async ({ query, afterCommit, afterRollback }) => {
        afterCommit(() => told.push(`${name} committed`));
        afterRollback(() => told.push(`${name} rolled back`));
        await query("SELECT 1", []);
        expect(told.filter((line) => line.startsWith(name))).toEqual([]);
        if (fails) throw new Error("half way");
      });
    await run(false, "one");
    await expect(run(true, "two")).rejects.toThrow("half way");
    expect(told).toEqual(["one committed", "two rolled back"]);
  });
});
