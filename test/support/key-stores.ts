import { DataSource } from "typeorm";
import { LogAuditSink } from "../../src/audit/audit-sink.port";
import { AuditTrail } from "../../src/audit/audit-trail";
import { dataSourceOptions } from "../../src/database/data-source";
import { Database } from "../../src/database/database";
import { FrozenClock } from "../../src/testing/frozen-clock";
import { TestDatabase } from "../../src/testing/test-database";
import { publishedBeforeUseSeconds } from "../../src/signing-keys/key-life";
import {
  type KeyStoreOptions,
  SigningKeyStore,
} from "../../src/signing-keys/signing-key-store";

export const secretKey = "Tq7vZ1mB9xKd4RfW0pLs8YcN3uGh6JeA";
export const newSecretKey = "n0Wb4Yq2RzT6uKc8XpE1sVh5LgM7jDaF";

/** Signing keys in a real Postgres, and a frozen clock. */
export class KeyStores {
  clock = new FrozenClock();

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly dataSource: DataSource,
  ) {}

  static async start(): Promise<KeyStores> {
    const testDatabase = await TestDatabase.create();
    const dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 10, ssl: false }),
    ).initialize();
    return new KeyStores(testDatabase, dataSource);
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.testDatabase.destroy();
  }

  /** Makes the database unreachable from now on. */
  loseDatabase(): Promise<void> {
    return this.testDatabase.destroy();
  }

  /** Deletes keys and audit lines, and resets the clock. */
  async clear(): Promise<void> {
    await this.dataSource.query("DELETE FROM google_auth.signing_keys");
    await this.dataSource.query("DELETE FROM google_auth.audit_events");
    this.clock = new FrozenClock();
  }

  /** A store like that of another instance or the command line. */
  open(options: Partial<KeyStoreOptions> = {}): SigningKeyStore {
    const database = new Database(this.dataSource);
    const audit = new AuditTrail(database, new LogAuditSink(), this.clock);
    return new SigningKeyStore(database, this.clock, audit, {
      secretKey,
      ...options,
    });
  }

  /** The keys by state; one is current and one is next. */
  async byState() {
    const keys = await this.open().load();
    const of = (state: string) => keys.filter((key) => key.state === state);
    const [current, ...otherCurrent] = of("current");
    const [next, ...otherNext] = of("next");
    if (!current || !next)
      throw new Error("There is no current or no next key");
    expect([...otherCurrent, ...otherNext]).toEqual([]);
    return { current, next, previous: of("previous") };
  }

  auditLines(): Promise<unknown[]> {
    return this.dataSource.query(
      "SELECT event, reason, details FROM google_auth.audit_events ORDER BY occurred_at, event DESC",
    );
  }

  /** Advances the clock until the next key may sign. */
  untilEverybodyKnows(): void {
    this.clock.advance(publishedBeforeUseSeconds);
  }
}
