import "reflect-metadata";
import { join } from "node:path";
import { DataSource } from "typeorm";
import { withDevelopmentDefaults } from "./src/config/development-defaults";
import { readEnvironment } from "./src/config/read-environment";
import { dataSourceOptions } from "./src/database/data-source";
import { googleAuthEntities } from "./src/google-auth/google-auth.entities";

/**
 * The DataSource of the TypeORM CLI: `npm run typeorm -- migration:show`, and
 * generate, run, revert. It is the service's database: DATABASE_URL, or else
 * the embedded Postgres.
 */
async function createDataSource(): Promise<DataSource> {
  const { source } = await withDevelopmentDefaults(process.env, {
    dataDir: join(__dirname, ".data"),
  });
  const environment = readEnvironment(source, ["DATABASE_URL", "DATABASE_SSL"]);
  return new DataSource({
    ...dataSourceOptions({
      url: environment.DATABASE_URL,
      poolSize: 4,
      ssl: environment.DATABASE_SSL,
    }),
    entities: [...googleAuthEntities],
  });
}

export default createDataSource();
