import "reflect-metadata";
import { join } from "node:path";
import { DataSource } from "typeorm";
import { withDevelopmentDefaults } from "./src/config/development-defaults";
import { dataSourceOptions } from "./src/database/data-source";

/**
 * The DataSource of the TypeORM CLI: `npm run typeorm -- migration:show`, and
 * generate, run, revert. It is the service's database: DATABASE_URL, or else
 * the embedded Postgres.
 */
async function createDataSource(): Promise<DataSource> {
  const { source } = await withDevelopmentDefaults(process.env, {
    dataDir: join(__dirname, ".data"),
  });
  return new DataSource({
    ...dataSourceOptions({
      url: source.DATABASE_URL ?? "",
      poolSize: 4,
      ssl: source.DATABASE_SSL === "on",
    }),
    entities: [join(__dirname, "src/**/*.entity.ts")],
  });
}

export default createDataSource();
