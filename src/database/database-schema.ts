import { Inject, Injectable, type OnModuleInit } from "@nestjs/common";
import { DataSource } from "typeorm";
import { Database } from "./database";
import { SCHEMA_MIGRATION, type SchemaMigration } from "./database.options";
import {
  googleAuthMigrations,
  type PostgresOptions,
  schemaName,
} from "./data-source";
import { migrate } from "./migrate";

/** What the tables look like; every migration that changes them raises it. */
const schemaVersion = 1;

const findVersion = `SELECT substring(
  obj_description(to_regnamespace('${schemaName}'), 'pg_namespace')
  FROM 'nest-google-auth schema (\\d+)')::integer AS version`;

/** The tables: there, and of this version, before anything is served. */
@Injectable()
export class DatabaseSchema implements OnModuleInit {
  private ensured: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    @Inject(SCHEMA_MIGRATION) private readonly migration: SchemaMigration,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.ensure();
  }

  /**
   * For whatever reads the tables while the application starts. Idempotent.
   *
   * @throws Error that says what to run
   */
  ensure(): Promise<void> {
    return (this.ensured ??= this.prepare());
  }

  /**
   * Whether the tables are those that this version needs; newer ones are.
   *
   * @param query on which connection; one of the pool unless given
   */
  async isUpToDate(
    query: (text: string) => Promise<unknown> = (text) =>
      this.database.query(text, []),
  ): Promise<boolean> {
    const [found] = (await query(findVersion)) as { version: number | null }[];
    return (found?.version ?? 0) >= schemaVersion;
  }

  private async prepare(): Promise<void> {
    if (await this.isUpToDate()) return;
    if (this.migration === "on-start") {
      await migrateLike(this.database.dataSource);
      if (await this.isUpToDate()) return;
    }
    throw new Error(
      `The schema ${schemaName} of the database has not been set up, or not been brought up to date. Run: node dist/cli.js migrate (from the package: npx nest-google-auth migrate), or add googleAuthMigrations to your own migrations.`,
    );
  }
}

/** Runs our migrations where a DataSource connects to, and nobody else's. */
async function migrateLike({ options }: DataSource): Promise<void> {
  const own = new DataSource({
    ...(options as PostgresOptions),
    schema: schemaName,
    entities: [],
    subscribers: [],
    migrations: [...googleAuthMigrations],
    migrationsTableName: "migrations",
    migrationsRun: false,
    synchronize: false,
    dropSchema: false,
    poolSize: 2,
  });
  await own.initialize();
  await migrate(own).finally(() => own.destroy());
}
