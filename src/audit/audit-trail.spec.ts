import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Logger } from "@nestjs/common";
import { DataSource } from "typeorm";
import { dataSourceOptions } from "../database/data-source";
import { Database } from "../database/database";
import { SteppedClock } from "../testing/stepped-clock";
import { TestDatabase } from "../testing/test-database";
import type { AuditEvent } from "./audit-event";
import { asParameter, auditLine, insertLines } from "./audit-line";
import { AuditSink } from "./audit-sink.port";
import { AuditTrail } from "./audit-trail";

/** Keeps what it is told. */
class RememberingSink extends AuditSink {
  readonly told: AuditEvent[] = [];

  override tell(event: AuditEvent): void {
    this.told.push(event);
  }
}

const refusal = (reason = "bad_signature"): AuditEvent => ({
  event: "sign_in_refused",
  userId: null,
  reason,
  details: { code: "invalid_token" },
  ip: "203.0.113.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
});

describe("AuditTrail", () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;
  let clock: SteppedClock;
  let sink: RememberingSink;
  let trail: AuditTrail;

  beforeAll(async () => {
    testDatabase = await TestDatabase.create();
    Logger.overrideLogger(false);
  });

  beforeEach(async () => {
    dataSource = await new DataSource(
      dataSourceOptions({ url: testDatabase.url, poolSize: 3, ssl: false }),
    ).initialize();
    await dataSource.query("TRUNCATE google_auth.audit_events");
    database = new Database(dataSource);
    clock = new SteppedClock();
    sink = new RememberingSink();
    trail = new AuditTrail(database, sink, clock);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    // What still waits would be written in the middle of the next test.
    await trail.onModuleDestroy();
    trail.onApplicationShutdown();
    await dataSource.destroy();
  });

  afterAll(() => testDatabase.destroy());

  const rows = () =>
    dataSource.query<Record<string, unknown>[]>(
      `SELECT occurred_at, event, user_id, session_id, actor_id, reason, details,
        host(ip) AS ip, user_agent FROM google_auth.audit_events ORDER BY occurred_at, id`,
    );
  const names = () => sink.told.map(({ event }) => event);
  /** Lets the trail's connections write no longer, or again. */
  const setReadOnly = async (readOnly: boolean) => {
    const runners = Array.from({ length: 3 }, () =>
      dataSource.createQueryRunner(),
    );
    for (const runner of runners) {
      await runner.query(`SET default_transaction_read_only = ${readOnly}`);
    }
    await Promise.all(runners.map((runner) => runner.release()));
  };

  it("records an event with all its fields, and then notifies the sink", async () => {
    const [userId, sessionId, actorId] = [
      randomUUID(),
      randomUUID(),
      randomUUID(),
    ];
    const event: AuditEvent = {
      ...{ event: "roles_changed", userId, sessionId, actorId },
      ...{ reason: "by_admin", details: { from: [], to: ["admin"] } },
      ...{ ip: "::ffff:203.0.113.7", userAgent: "curl/8" },
    };
    await trail.record(event);
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toEqual({
      occurred_at: expect.any(Date) as Date,
      event: "roles_changed",
      user_id: userId,
      session_id: sessionId,
      actor_id: actorId,
      reason: "by_admin",
      details: { from: [], to: ["admin"] },
      ip: "203.0.113.7",
      user_agent: "curl/8",
    });
    expect(clock.now() - Number(row?.occurred_at)).toBeLessThan(10_000);
    expect(sink.told).toEqual([event]);
  });

  it("leaves unknown fields of an event empty", async () => {
    await trail.record({ event: "signing_key_rotated", userId: null });
    expect(await rows()).toEqual([
      {
        occurred_at: expect.any(Date) as Date,
        event: "signing_key_rotated",
        ...{ user_id: null, session_id: null, actor_id: null },
        ...{ reason: null, details: null, ip: null, user_agent: null },
      },
    ]);
  });

  it("writes in a transaction at once and notifies the sink after the commit", async () => {
    await database.transaction(async (transaction) => {
      await trail.record(refusal(), transaction);
      const [inside] = await transaction.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM google_auth.audit_events",
        [],
      );
      expect(inside?.count).toBe(1);
      expect(await rows()).toEqual([]);
      expect(sink.told).toEqual([]);
    });
    expect(await rows()).toHaveLength(1);
    expect(names()).toEqual(["sign_in_refused"]);
  });

  it("leaves no line after a rollback and does not notify the sink", async () => {
    const failing = database.transaction(async (transaction) => {
      await trail.record(refusal(), transaction);
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect([await rows(), sink.told]).toEqual([[], []]);
  });

  it("stores untrusted text that Postgres could not store", async () => {
    const hostile = "a\u0000b\ud800c\u202ed\ne";
    await trail.record({
      ...{ event: "data_exported", userId: null, reason: hostile },
      details: { names: [hostile], key: hostile },
      ...{ ip: "1.2.3.4\u0000", userAgent: hostile + "x".repeat(600) },
    });
    const [row] = await rows();
    expect(row).toMatchObject({
      ...{ reason: "abcde", details: { names: ["abcde"], key: "abcde" } },
      ip: null,
    });
    expect(row?.user_agent).toMatch(/^abcdex+$/);
    expect(String(row?.user_agent).length).toBeLessThanOrEqual(512);
  });

  it("writes a line once when the statement is sent twice", async () => {
    const values = [asParameter([auditLine(refusal(), clock.now())])];
    await database.query(insertLines, values);
    await database.query(insertLines, values);
    expect(await rows()).toHaveLength(1);
  });

  it("writes the event although the sink throws, which is only logged", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    jest.spyOn(sink, "tell").mockImplementation(() => {
      throw new Error("SIEM is down");
    });
    await trail.record(refusal());
    await database.transaction((transaction) =>
      trail.record(refusal(), transaction),
    );
    expect(await rows()).toHaveLength(2);
    expect(error).toHaveBeenCalledTimes(2);
  });

  it("writes many refusals in one statement, and then notifies the sink", async () => {
    const query = jest.spyOn(database, "query");
    for (let count = 0; count < 50; count++) void trail.recordSoon(refusal());
    expect(query).not.toHaveBeenCalled();
    expect(sink.told).toEqual([]);
    await trail.flush();
    expect(query).toHaveBeenCalledTimes(1);
    expect(await rows()).toHaveLength(50);
    expect(sink.told).toHaveLength(50);
  });

  it("writes a thousand lines of a flood, and one that counts the others", async () => {
    const query = jest.spyOn(database, "query");
    for (let count = 0; count < 10_000; count++)
      void trail.recordSoon(refusal());
    await trail.flush();
    expect(query).toHaveBeenCalledTimes(1);
    const written = await rows();
    const floods = written.filter(({ reason }) => reason === "flood");
    expect(written.length - floods.length).toBe(1000);
    expect(floods).toEqual([
      expect.objectContaining({
        event: "sign_in_refused",
        details: { count: 9000 },
        ip: null,
        user_agent: null,
      }),
    ]);
    expect(sink.told).toHaveLength(1001);
  });

  it("does not grow during a long flood", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    for (let count = 0; count < 2000; count++) void trail.recordSoon(refusal());
    const before = heap();
    for (let count = 0; count < 200_000; count++)
      void trail.recordSoon(refusal());
    expect(heap() - before).toBeLessThan(1024 * 1024);
  });

  it("keeps refusals during an outage and writes each once afterwards", async () => {
    const warn = jest.spyOn(Logger.prototype, "warn");
    await setReadOnly(true);
    for (let count = 0; count < 1010; count++) void trail.recordSoon(refusal());
    for (let round = 0; round < 3; round++) await trail.flush();
    expect(warn).toHaveBeenCalledTimes(1);
    void trail.recordSoon(refusal("later"));
    expect([await rows(), sink.told]).toEqual([[], []]);
    await setReadOnly(false);
    await trail.flush();
    const written = await rows();
    expect(written).toHaveLength(1001);
    expect(written.at(-1)).toMatchObject({ details: { count: 11 } });
  });

  it("drops and logs what can never be written, without holding up the rest", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    void trail.recordSoon({ ...refusal(), userId: "nobody" });
    await trail.flush();
    expect(error.mock.calls).toEqual([
      [expect.objectContaining({ lost: 1 }), "Refusals were not audited"],
    ]);
    void trail.recordSoon(refusal());
    await trail.flush();
    expect(await rows()).toHaveLength(1);
  });

  it("sends a slow database one batch at a time", async () => {
    const blocker = dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query("LOCK TABLE google_auth.audit_events IN SHARE MODE");
    const query = jest.spyOn(database, "query");
    const flushed = () => {
      void trail.recordSoon(refusal());
      return trail.flush();
    };
    const first = flushed();
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`;
    while ((await dataSource.query<unknown[]>(waiting)).length === 0);
    const others = [flushed(), flushed(), flushed()];
    await new Promise(setImmediate);
    expect(query).toHaveBeenCalledTimes(1);
    await blocker.rollbackTransaction();
    await blocker.release();
    await Promise.all([first, ...others]);
    expect(await rows()).toHaveLength(4);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it("writes everything before it stops, and later refusals before they are answered", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    void trail.recordSoon(refusal());
    await trail.onModuleDestroy();
    expect(await rows()).toHaveLength(1);
    // A request that is still under way.
    await trail.recordSoon(refusal());
    trail.onApplicationShutdown();
    expect(await rows()).toHaveLength(2);
    expect(error).not.toHaveBeenCalled();
  });

  it("logs how much is lost when it stops without a database", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    await setReadOnly(true);
    for (let count = 0; count < 1005; count++) void trail.recordSoon(refusal());
    await trail.onModuleDestroy();
    await trail.recordSoon(refusal());
    trail.onApplicationShutdown();
    expect(error.mock.calls).toEqual([
      [{ lost: 1006 }, "Refusals were not audited"],
    ]);
  });
});
