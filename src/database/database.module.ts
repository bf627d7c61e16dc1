import { setTimeout as delay } from "node:timers/promises";
import { Global, Module, type OnApplicationShutdown } from "@nestjs/common";
import { ModuleRef } from "@nestjs/core";
import { getDataSourceToken } from "@nestjs/typeorm";
import { DataSource } from "typeorm";
import { Database } from "./database";
import { DatabaseListener } from "./database-listener";
import {
  DATABASE_ENTITIES,
  DATABASE_LOCATION,
  type DatabaseEntities,
  type DatabaseLocation,
} from "./database.options";
import { DatabaseSchema } from "./database-schema";
import { type DatabaseOptions, dataSourceOptions } from "./data-source";
import { Purge } from "./purge";

/** Attempts to connect at start, and the wait between them. */
const connectAttempts = { most: 6, waitMilliseconds: 2000 };

/** Hand-written SQL and entities on one TypeORM DataSource. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [DATABASE_LOCATION, DATABASE_ENTITIES, ModuleRef],
      useFactory: databaseAt,
    },
    DatabaseListener,
    DatabaseSchema,
    Purge,
  ],
  exports: [Database, DatabaseListener, DatabaseSchema, Purge],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

async function databaseAt(
  location: DatabaseLocation,
  entities: DatabaseEntities,
  modules: ModuleRef,
): Promise<Database> {
  if ("connection" in location) {
    const token = getDataSourceToken(location.connection);
    // Later, because the application may not have created it yet.
    return new Database(() =>
      modules.get<DataSource>(token, { strict: false }),
    );
  }
  return new Database(await connected(location, entities), true);
}

async function connected(
  options: DatabaseOptions,
  entities: DatabaseEntities,
): Promise<DataSource> {
  const dataSource = new DataSource({
    ...dataSourceOptions(options),
    entities: [...entities],
  });
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.initialize();
    } catch (error) {
      if (attempt >= connectAttempts.most) throw error;
      await delay(connectAttempts.waitMilliseconds);
    }
  }
}
