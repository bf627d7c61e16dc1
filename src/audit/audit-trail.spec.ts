import { randomUUID } from "node:crypto";
import { Logger } from "@nestjs/common";
import { refusal, useAuditTrail } from "../../test/support/use-audit-trail";
import type { AuditEvent } from "./audit-event";
import { asParameter, auditLine, insertLines } from "./audit-line";

describe("AuditTrail", () => {
  const audit = useAuditTrail();

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
    await audit.trail.record(event);
    const [row, ...others] = await audit.rows();
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
    expect(audit.clock.now() - Number(row?.occurred_at)).toBeLessThan(10_000);
    expect(audit.sink.told).toEqual([event]);
  });

  it("leaves unknown fields of an event empty", async () => {
    await audit.trail.record({ event: "signing_key_rotated", userId: null });
    expect(await audit.rows()).toEqual([
      {
        occurred_at: expect.any(Date) as Date,
        event: "signing_key_rotated",
        ...{ user_id: null, session_id: null, actor_id: null },
        ...{ reason: null, details: null, ip: null, user_agent: null },
      },
    ]);
  });

  it("writes in a transaction at once and notifies the sink after the commit", async () => {
    await audit.database.transaction(async (transaction) => {
      await audit.trail.record(refusal(), transaction);
      const [inside] = await transaction.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM google_auth.audit_events",
        [],
      );
      expect(inside?.count).toBe(1);
      expect(await audit.rows()).toEqual([]);
      expect(audit.sink.told).toEqual([]);
    });
    expect(await audit.rows()).toHaveLength(1);
    expect(audit.names()).toEqual(["sign_in_refused"]);
  });

  it("leaves no line after a rollback and does not notify the sink", async () => {
    const failing = audit.database.transaction(async (transaction) => {
      await audit.trail.record(refusal(), transaction);
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect([await audit.rows(), audit.sink.told]).toEqual([[], []]);
  });

  it("stores untrusted text that Postgres could not store", async () => {
    const hostile = "a\u0000b\ud800c\u202ed\ne";
    await audit.trail.record({
      ...{ event: "data_exported", userId: null, reason: hostile },
      details: { names: [hostile], key: hostile },
      ...{ ip: "1.2.3.4\u0000", userAgent: hostile + "x".repeat(600) },
    });
    const [row] = await audit.rows();
    expect(row).toMatchObject({
      ...{ reason: "abcde", details: { names: ["abcde"], key: "abcde" } },
      ip: null,
    });
    expect(row?.user_agent).toMatch(/^abcdex+$/);
    expect(String(row?.user_agent).length).toBeLessThanOrEqual(512);
  });

  it("writes a line once when the statement is sent twice", async () => {
    const values = [asParameter([auditLine(refusal(), audit.clock.now())])];
    await audit.database.query(insertLines, values);
    await audit.database.query(insertLines, values);
    expect(await audit.rows()).toHaveLength(1);
  });

  it("writes the event although the sink throws, which is only logged", async () => {
    const error = jest.spyOn(Logger.prototype, "error");
    jest.spyOn(audit.sink, "tell").mockImplementation(() => {
      throw new Error("SIEM is down");
    });
    await audit.trail.record(refusal());
    await audit.database.transaction((transaction) =>
      audit.trail.record(refusal(), transaction),
    );
    expect(await audit.rows()).toHaveLength(2);
    expect(error).toHaveBeenCalledTimes(2);
  });
});
