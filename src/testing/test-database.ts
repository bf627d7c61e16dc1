import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { dataSourceOptions } from "../database/data-source";
import { EmbeddedPostgres } from "../database/embedded-postgres";
import { migrate } from "../database/migrate";

/** Serializes the creation of the template among test processes. */
const templateLock = 7_423_901;

/**
 * A separate database for one test file, with the whole schema and no rows, on
 * a real Postgres. Copied from a template, which takes about 100 ms.
 */
export class TestDatabase {
  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly name: string,
    /** Where to connect. */
    readonly url: string,
  ) {}

  /**
   * @param dataDir where the data of the Postgres for tests is kept between
   *   runs
   * @param durable whether commits wait for the disk, as in production; for
   *   benchmarks, and only if no non-durable server is running in this folder
   */
  static async create(
    dataDir = resolve(".data/test-postgres"),
    durable = false,
  ): Promise<TestDatabase> {
    const server = await EmbeddedPostgres.start({ dataDir, durable });
    return TestDatabase.copyOf(await ensureTemplate(server), server);
  }

  /**
   * A database without the schema: for an application that runs
   * `googleAuthMigrations` among its own.
   *
   * @param dataDir as in `create`
   */
  static async createEmpty(
    dataDir = resolve(".data/test-postgres"),
  ): Promise<TestDatabase> {
    const server = await EmbeddedPostgres.start({ dataDir, durable: false });
    return TestDatabase.copyOf("template0", server);
  }

  private static async copyOf(
    template: string,
    server: EmbeddedPostgres,
  ): Promise<TestDatabase> {
    const name = `test_${randomUUID().replaceAll("-", "")}`;
    await execute(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    return new TestDatabase(server, name, urlOf(server, name));
  }

  /** Drops the database, and stops the server if no other process uses it. */
  async destroy(): Promise<void> {
    const statement = `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`;
    await execute(this.server, statement);
    await this.server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }
}

async function execute(
  server: EmbeddedPostgres,
  statement: string,
): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(server: EmbeddedPostgres, database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return url.href;
}

/** The name of a database with the current schema and no rows. */
async function ensureTemplate(server: EmbeddedPostgres): Promise<string> {
  const options = dataSourceOptions({
    url: server.url,
    poolSize: 2,
    ssl: false,
  });
  const name = `template_${digestOfMigrations()}`;
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [templateLock]);
    const { rowCount } = await client.query(
      "SELECT FROM pg_database WHERE datname = $1",
      [name],
    );
    if (rowCount === 0) {
      // Under another name until it is complete, in case the process is killed.
      const unfinished = `${name}_unfinished`;
      await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${unfinished}`);
      await migrate({ ...options, url: urlOf(server, unfinished) });
      await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    }
  } finally {
    await client.end();
  }
  return name;
}

/** Changes whenever a migration is added or edited. */
function digestOfMigrations(): string {
  const folder = join(__dirname, "../database/migrations");
  const digest = createHash("sha256");
  for (const file of readdirSync(folder).sort()) {
    digest.update(readFileSync(join(folder, file)));
  }
  return digest.digest("hex").slice(0, 16);
}
