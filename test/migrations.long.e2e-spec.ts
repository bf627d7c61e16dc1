import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { DataSource } from "typeorm";
import type { PostgresDataSourceOptions } from "typeorm/driver/postgres/PostgresDataSourceOptions";
import { dataSourceOptions, migrate } from "../src/index";
import { TestDatabase } from "../src/testing/test-database";

const root = resolve(__dirname, "..");

async function connected(url: string): Promise<DataSource> {
  return new DataSource({
    ...dataSourceOptions({ url, poolSize: 4, ssl: false }),
    entities: [resolve(root, "src/**/*.entity.ts")],
  }).initialize();
}

describe("the migrations", () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await TestDatabase.create();
    dataSource = await connected(database.url);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.destroy();
  });

  it("create exactly the schema that the entities describe", async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it("can all be reverted and run again", async () => {
    for (let left = dataSource.migrations.length; left > 0; left--) {
      await dataSource.undoLastMigration({ transaction: "each" });
    }
    const tables = await dataSource.query<unknown[]>(
      `SELECT tablename FROM pg_tables
        WHERE schemaname = 'google_auth' AND tablename <> 'migrations'`,
    );
    expect(tables).toEqual([]);
    const done = await migrate(dataSource.options as PostgresDataSourceOptions);
    expect(done).toHaveLength(dataSource.migrations.length);
    expect(await dataSource.showMigrations()).toBe(false);
  });

  it("run once when several processes start at once", async () => {
    await dataSource.undoLastMigration({ transaction: "each" });
    const options = dataSourceOptions({
      url: database.url,
      poolSize: 2,
      ssl: false,
    });
    const done = await Promise.all([1, 2, 3].map(() => migrate(options)));
    expect(done.flat()).toHaveLength(1);
  });

  it("work with the TypeORM command line: show, revert, run, generate", async () => {
    const typeorm = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          "-r",
          "@swc-node/register",
          resolve(root, "node_modules/typeorm/cli.js"),
          ...args,
          "-d",
          "ormconfig.ts",
        ],
        { cwd: root, env: { ...process.env, DATABASE_URL: database.url } },
      ).catch((error: unknown) => ({
        stdout: (error as { stdout: string }).stdout,
      }));
      return stdout;
    };
    expect(await typeorm("migration:show")).toContain(
      "[X] 1 InitialSchema1767225600000",
    );
    expect(await typeorm("migration:revert")).toContain(
      "reverted successfully",
    );
    expect(await typeorm("migration:run")).toContain("executed successfully");
    expect(
      await typeorm("migration:generate", join(tmpdir(), "none")),
    ).toContain("No changes in database schema were found");
  }, 60_000);
});
