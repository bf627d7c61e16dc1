import { Client } from "pg";
import { DataSource } from "typeorm";
import { TestDatabase } from "../testing/test-database";
import { dataSourceOptions } from "./data-source";
import { Database } from "./database";
import { DatabaseSchema } from "./database-schema";

describe("a session with the database", () => {
  let testDatabase: TestDatabase;
  let admin: Client;
  let dataSource: DataSource | undefined;

  beforeEach(async () => {
    testDatabase = await TestDatabase.create();
    admin = new Client({ connectionString: testDatabase.url });
    await admin.connect();
  });

  afterEach(async () => {
    await dataSource?.destroy();
    dataSource = undefined;
    await admin.end();
    await testDatabase.destroy();
  });

  async function connected(options = ""): Promise<Database> {
    const url = `${testDatabase.url}${options}`;
    dataSource = await new DataSource(
      dataSourceOptions({ url, poolSize: 2, ssl: false }),
    ).initialize();
    return new Database(dataSource);
  }

  const limits = (database: Database) =>
    database.query(
      "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock",
      [],
    );

  it.each([
    ["DateStyle", "'German, DMY'"],
    ["DateStyle", "'Postgres, MDY'"],
    ["IntervalStyle", "sql_standard"],
    ["TimeZone", "'Pacific/Kiritimati'"],
    ["standard_conforming_strings", "off"],
    ["bytea_output", "escape"],
    ["extra_float_digits", "0"],
  ])("reads and writes the same with %s = %s", async (name, value) => {
    const { pathname } = new URL(testDatabase.url);
    await admin.query(
      `ALTER DATABASE ${pathname.slice(1)} SET ${name} = ${value}`,
    );
    const database = await connected();
    const time = new Date("2026-02-01T23:30:00.123Z");
    const bytes = Buffer.from([0, 92, 255]);
    const [row] = await database.query<Record<string, unknown>>(
      "SELECT $1::timestamptz AS time, $2::bytea AS bytes, E'\\\\' = '\\' AS plain",
      [time, bytes],
    );
    expect(row).toEqual({ time, bytes, plain: true });
    expect(await new DatabaseSchema(database, "never").isUpToDate()).toBe(true);
  });

  it("has time limits for statements and for locks", async () => {
    expect(await limits(await connected())).toEqual([
      { statement: "10s", lock: "2s" },
    ]);
  });

  it("keeps the limits that the URL or the role sets", async () => {
    const database = await connected("?statement_timeout=500&lock_timeout=300");
    expect(await limits(database)).toEqual([
      { statement: "500ms", lock: "300ms" },
    ]);
  });

  it("is refused with a hint if the application's DataSource cannot read dates", async () => {
    const { pathname } = new URL(testDatabase.url);
    await admin.query(
      `ALTER DATABASE ${pathname.slice(1)} SET DateStyle = 'German'`,
    );
    dataSource = await new DataSource({
      type: "postgres",
      url: testDatabase.url,
    }).initialize();
    const schema = new DatabaseSchema(new Database(dataSource), "never");
    await expect(schema.ensure()).rejects.toThrow(/DateStyle German/);
  });
});
