import type { Type } from "@nestjs/common";
import type { DatabaseOptions } from "./data-source";

/** Where the database is: a URL, or the application's DataSource by name. */
export type DatabaseLocation =
  DatabaseOptions | { readonly connection: string };

export const DATABASE_LOCATION = Symbol("DATABASE_LOCATION");

/** Whether migrations run at start. */
export type SchemaMigration = "on-start" | "never";

export const SCHEMA_MIGRATION = Symbol("SCHEMA_MIGRATION");

/** The TypeORM entities of all tables. */
export type DatabaseEntities = readonly Type[];

export const DATABASE_ENTITIES = Symbol("DATABASE_ENTITIES");
