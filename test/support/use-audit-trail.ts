import { Logger } from "@nestjs/common";
import { DataSource } from "typeorm";
import type { AuditEvent } from "../../src/audit/audit-event";
import { AuditSink } from "../../src/audit/audit-sink.port";
import { AuditTrail } from "../../src/audit/audit-trail";
import { dataSourceOptions } from "../../src/database/data-source";
import { Database } from "../../src/database/database";
import { SteppedClock } from "../../src/testing/stepped-clock";
import { TestDatabase } from "../../src/testing/test-database";

const poolSize = 3;

/** Records every event. */
class RememberingSink extends AuditSink {
  readonly told: AuditEvent[] = [];

  override tell(event: AuditEvent): void {
    this.told.push(event);
  }
}

/** A refused sign-in as input for the audit trail. */
export const refusal = (reason = "bad_signature"): AuditEvent => ({
  event: "sign_in_refused",
  userId: null,
  reason,
  details: { code: "invalid_token" },
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
});

/** An audit trail on a real Postgres, and the sink that it notifies. */
class TrailOnPostgres {
  dataSource!: DataSource;
  database!: Database;
  clock!: SteppedClock;
  sink!: RememberingSink;
  trail!: AuditTrail;

  /** Opens a new trail without lines. */
  async open(url: string): Promise<void> {
    this.dataSource = await new DataSource(
      dataSourceOptions({ url, poolSize, ssl: false }),
    ).initialize();
    await this.dataSource.query("TRUNCATE google_auth.audit_events");
    this.database = new Database(this.dataSource);
    this.clock = new SteppedClock();
    this.sink = new RememberingSink();
    this.trail = new AuditTrail(this.database, this.sink, this.clock);
  }

  async close(): Promise<void> {
    // Waiting events would otherwise be written during the next test.
    await this.trail.onModuleDestroy();
    this.trail.onApplicationShutdown();
    await this.dataSource.destroy();
  }

  /** The lines, oldest first. */
  rows(): Promise<Record<string, unknown>[]> {
    return this.dataSource.query<Record<string, unknown>[]>(
      `SELECT occurred_at, event, user_id, session_id, actor_id, reason, details,
        host(ip) AS ip, user_agent FROM google_auth.audit_events ORDER BY occurred_at, id`,
    );
  }

  /** The events that the sink was notified of. */
  names(): string[] {
    return this.sink.told.map(({ event }) => event);
  }

  /** Makes the trail's connections read-only, or writable again. */
  async setReadOnly(readOnly: boolean): Promise<void> {
    const runners = Array.from({ length: poolSize }, () =>
      this.dataSource.createQueryRunner(),
    );
    for (const runner of runners) {
      await runner.query(`SET default_transaction_read_only = ${readOnly}`);
    }
    await Promise.all(runners.map((runner) => runner.release()));
  }
}

/**
 * An audit trail for the tests of the `describe` block that calls this, a new
 * one without lines for each of them. What it returns can be used in tests.
 */
export function useAuditTrail(): TrailOnPostgres {
  const site = new TrailOnPostgres();
  let testDatabase: TestDatabase;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    Logger.overrideLogger(false);
  });

  beforeEach(() => site.open(testDatabase.url));

  afterEach(async () => {
    jest.restoreAllMocks();
    await site.close();
  });

  afterAll(() => testDatabase.destroy());

  return site;
}
