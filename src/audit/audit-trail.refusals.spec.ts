import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Logger } from "@nestjs/common";
import { refusal, useAuditTrail } from "../../test/support/use-audit-trail";

describe("AuditTrail, on refusals", () => {
  const audit = useAuditTrail();

  it("writes many refusals in one statement, and then notifies the sink", async () => {
    const query = jest.spyOn(audit.database, "query");
    for (let count = 0; count < 50; count++)
      void audit.trail.recordSoon(refusal());
    expect(query).not.toHaveBeenCalled();
    expect(audit.sink.told).toEqual([]);
    await audit.trail.flush();
    expect(query).toHaveBeenCalledTimes(1);
    expect(await audit.rows()).toHaveLength(50);
    expect(audit.sink.told).toHaveLength(50);
  });

  it("writes a thousand lines of a flood, and one that counts the others", async () => {
    const query = jest.spyOn(audit.database, "query");
    for (let count = 0; count < 10_000; count++)
      void audit.trail.recordSoon(refusal());
    await audit.trail.flush();
    expect(query).toHaveBeenCalledTimes(1);
    const written = await audit.rows();
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
    expect(audit.sink.told).toHaveLength(1001);
  });

  it("does not grow during a long flood", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    for (let count = 0; count < 2000; count++)
      void audit.trail.recordSoon(refusal());
    const before = heap();
    for (let count = 0; count < 200_000; count++)
      void audit.trail.recordSoon(refusal());
    expect(heap() - before).toBeLessThan(1024 * 1024);
  });

  it("keeps refusals during an outage and writes each once afterwards", async () => {
    const warn = jest.spyOn(Logger.prototype, "warn");
    await audit.setReadOnly(true);
    for (let count = 0; count < 1010; count++)
      void audit.trail.recordSoon(refusal());
    for (let round = 0; round < 3; round++) await audit.trail.flush();
    expect(warn).toHaveBeenCalledTimes(1);
    void audit.trail.recordSoon(refusal("later"));
    expect([await audit.rows(), audit.sink.told]).toEqual([[], []]);
    await audit.setReadOnly(false);
    await audit.trail.flush();
    const written = await audit.rows();
    expect(written).toHaveLength(1001);
    expect(written.at(-1)).toMatchObject({ details: { count: 11 } });
  });

  it("drops and logs events that cannot be written, without delaying others", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    void audit.trail.recordSoon({ ...refusal(), userId: "nobody" });
    await audit.trail.flush();
    expect(error.mock.calls).toEqual([
      [expect.objectContaining({ lost: 1 }), "Refusals were not audited"],
    ]);
    void audit.trail.recordSoon(refusal());
    await audit.trail.flush();
    expect(await audit.rows()).toHaveLength(1);
  });

  it("sends a slow database one batch at a time", async () => {
    const blocker = audit.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query("LOCK TABLE google_auth.audit_events IN SHARE MODE");
    const query = jest.spyOn(audit.database, "query");
    const flushed = () => {
      void audit.trail.recordSoon(refusal());
      return audit.trail.flush();
    };
    const first = flushed();
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database()`;
    while ((await audit.dataSource.query<unknown[]>(waiting)).length === 0);
    const others = [flushed(), flushed(), flushed()];
    await new Promise(setImmediate);
    expect(query).toHaveBeenCalledTimes(1);
    await blocker.rollbackTransaction();
    await blocker.release();
    await Promise.all([first, ...others]);
    expect(await audit.rows()).toHaveLength(4);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it("writes everything before it stops, and later refusals before they are answered", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    void audit.trail.recordSoon(refusal());
    await audit.trail.onModuleDestroy();
    expect(await audit.rows()).toHaveLength(1);
    // A request that is still in progress.
    await audit.trail.recordSoon(refusal());
    audit.trail.onApplicationShutdown();
    expect(await audit.rows()).toHaveLength(2);
    expect(error).not.toHaveBeenCalled();
  });

  it("logs how much is lost when it stops without a database", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    await audit.setReadOnly(true);
    for (let count = 0; count < 1005; count++)
      void audit.trail.recordSoon(refusal());
    await audit.trail.onModuleDestroy();
    await audit.trail.recordSoon(refusal());
    audit.trail.onApplicationShutdown();
    expect(error.mock.calls).toEqual([
      [{ lost: 1006 }, "Refusals were not audited"],
    ]);
  });
});
