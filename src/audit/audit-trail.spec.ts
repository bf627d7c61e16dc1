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

  it("records an event with all that is known of it, and then tells the sink", async () => {
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

  it("of an event of which little is known, leaves the rest empty", async () => {
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

  it("in a transaction, writes at once and tells nobody before the commit", async () => {
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

  it("in a transaction that is taken back, leaves no line and tells nobody", async () => {
    const failing = database.transaction(async (transaction) => {
      await trail.record(refusal(), transaction);
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect([await rows(), sink.told]).toEqual([[], []]);
  });

  it("stores what a stranger made up to be not storable", async () => {
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

  it("sent twice because an answer was lost, writes a line once", async () => {
    const values = [asParameter([auditLine(refusal(), clock.now())])];
    await database.query(insertLines, values);
    await database.query(insertLines, values);
    expect(await rows()).toHaveLength(1);
  });

  it("with a sink that throws, has the event written and nobody hears of it but the log", async () => {
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

  it("of refusals, writes many in one statement, and tells of them when they are written", async () => {
    const query = jest.spyOn(database, "query");
    for (let count = 0; count < 50; count++) void trail.recordSoon(refusal());
    expect(query).not.toHaveBeenCalled();
    expect(sink.told).toEqual([]);
    await trail.flush();
    expect(query).toHaveBeenCalledTimes(1);
    expect(await rows()).toHaveLength(50);
    expect(sink.told).toHaveLength(50);
  });

  it("of a flood, writes a thousand and one line that counts the others", async () => {
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

  it("under a flood that lasts, takes no more memory", () => {
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

  it("while the database is away, keeps what waits, and writes each once when it is back", async () => {
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

  it("what can never be written is lost, with a word in the log, and does not hold up the rest", async () => {
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

  it("on a stop, writes what waits, and what still comes before that is answered", async () => {
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

  it("on a stop without a database, says how much is lost", async () => {
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
