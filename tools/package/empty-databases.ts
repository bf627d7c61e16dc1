import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { Client } from "pg";
import { EmbeddedPostgres } from "../../src/database/embedded-postgres";

/** Empty databases on the Postgres for tests. */
export class EmptyDatabases {
  private constructor(private readonly server: EmbeddedPostgres) {}

  static async start(): Promise<EmptyDatabases> {
    const dataDir = resolve(__dirname, "../../.data/test-postgres");
    return new EmptyDatabases(
      await EmbeddedPostgres.start({ dataDir, durable: false }),
    );
  }

  /**
   * Runs a function with the URL of a new database, which is dropped
   * afterwards.
   */
  async with<Result>(run: (url: string) => Promise<Result>): Promise<Result> {
    const name = `empty_${randomUUID().replaceAll("-", "")}`;
    await this.execute(`CREATE DATABASE ${name}`);
    const url = new URL(this.server.url);
    url.pathname = `/${name}`;
    try {
      return await run(url.href);
    } finally {
      await this.execute(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async execute(statement: string): Promise<void> {
    const client = new Client({ connectionString: this.server.url });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }
}
