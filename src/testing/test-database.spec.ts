import { DataSource } from "typeorm";
import { googleAuthEntities, googleAuthMigrations } from "../index";
import { TestDatabase } from "./test-database";

async function tablesOf(source: DataSource): Promise<number> {
  const [{ count }] = await source.query<[{ count: number }]>(
    "SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = 'google_auth'",
  );
  return count;
}

/** Connects like an application that runs our migrations with its own. */
async function connect({ url }: TestDatabase): Promise<DataSource> {
  return new DataSource({
    ...{ type: "postgres", url, entities: [...googleAuthEntities] },
    migrations: [...googleAuthMigrations],
  }).initialize();
}

describe("TestDatabase", () => {
  it("has the schema", async () => {
    await using database = await TestDatabase.create();
    const source = await connect(database);
    expect(await tablesOf(source)).toBeGreaterThan(0);
    await source.destroy();
  });

  it("is empty if so created, for an application that migrates it itself", async () => {
    await using database = await TestDatabase.createEmpty();
    const source = await connect(database);
    expect(await tablesOf(source)).toBe(0);
    await source.runMigrations();
    expect(await tablesOf(source)).toBeGreaterThan(0);
    await source.destroy();
  });
});
