import { Inject, Injectable, Logger, type OnModuleInit } from "@nestjs/common";
import { Database } from "./database";
import { SCHEMA_MIGRATION, type SchemaMigration } from "./database.options";
import { assertUsableDatabase } from "./database-requirements";
import { type PostgresOptions, schemaName } from "./data-source";
import { migrate } from "./migrate";

/**
 * The version of the tables; every migration that changes them increments it.
 */
const schemaVersion = 1;

const findVersion = `SELECT substring(
  obj_description(to_regnamespace('${schemaName}'), 'pg_namespace')
  FROM 'nest-google-auth schema ([0-9]+)')::integer AS version`;

/**
 * Ensures that the tables exist in the right version before any request is
 * served.
 */
@Injectable()
export class DatabaseSchema implements OnModuleInit {
  private readonly logger = new Logger(DatabaseSchema.name);
  private ensured: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    @Inject(SCHEMA_MIGRATION) private readonly migration: SchemaMigration,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.ensure();
  }

  /**
   * For code that reads the tables while the application starts. Idempotent.
   *
   * @throws Error that says what to do
   */
  ensure(): Promise<void> {
    return (this.ensured ??= this.prepare());
  }

  /**
   * Whether the tables have at least the version that this software needs, in a
   * database that it can use.
   *
   * @param query the connection to use; one of the pool by default
   * @throws Error that describes what is wrong with the database
   */
  async isUpToDate(
    query: (text: string) => Promise<unknown> = (text) =>
      this.database.query(text, []),
  ): Promise<boolean> {
    await assertUsableDatabase(query);
    const [found] = (await query(findVersion)) as { version: number | null }[];
    return (found?.version ?? 0) >= schemaVersion;
  }

  private async prepare(): Promise<void> {
    await this.warnOfNoLimit();
    if (await this.isUpToDate()) return;
    if (this.migration === "on-start") {
      const { options } = this.database.dataSource;
      await migrate(options as PostgresOptions);
      if (await this.isUpToDate()) return;
    }
    throw new Error(
      `The schema ${schemaName} of the database does not exist or is not up to date. Run: node dist/cli.js migrate (from the package: npx nest-google-auth migrate), or add googleAuthMigrations to your own migrations.`,
    );
  }

  private async warnOfNoLimit(): Promise<void> {
    const [found] = await this.database.query<{ limit: string }>(
      `SELECT current_setting('statement_timeout') AS "limit"`,
      [],
    );
    if (found?.limit !== "0") return;
    this.logger.warn(
      "Statements have no time limit in the database, because a pooler is in between. Give the role one: ALTER ROLE … SET statement_timeout = '10s'; ALTER ROLE … SET lock_timeout = '2s'",
    );
  }
}
