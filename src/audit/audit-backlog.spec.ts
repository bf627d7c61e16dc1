import { AuditBacklog } from "./audit-backlog";
import type { AuditEventName } from "./audit-event";

const waiting = (id: number, event: AuditEventName = "sign_in_refused") => ({
  event: { event, userId: null },
  line: { id },
});

function filled(count: number, from = 0): AuditBacklog {
  const backlog = new AuditBacklog();
  for (let id = from; id < from + count; id++) backlog.add(waiting(id));
  return backlog;
}

const idsOf = (backlog: AuditBacklog) =>
  backlog.take().events.map(({ line }) => line.id);

describe("AuditBacklog", () => {
  it("returns everything once, in order", () => {
    const backlog = filled(3);
    expect(backlog.size).toBe(3);
    expect(idsOf(backlog)).toEqual([0, 1, 2]);
    expect([backlog.size, idsOf(backlog)]).toEqual([0, []]);
  });

  it("counts by event what exceeds its size", () => {
    const backlog = filled(1000);
    for (let count = 0; count < 5; count++) backlog.add(waiting(1000 + count));
    backlog.add(waiting(2000, "data_exported"));
    expect(backlog.size).toBe(1006);
    const { events, unlisted } = backlog.take();
    expect(events).toHaveLength(1000);
    expect([...unlisted]).toEqual([
      ["sign_in_refused", 5],
      ["data_exported", 1],
    ]);
    expect(backlog.size).toBe(0);
  });

  it("puts a returned batch first and counts the newest that exceed its size", () => {
    const backlog = filled(1003);
    const batch = backlog.take();
    for (let id = 0; id < 10; id++) backlog.add(waiting(5000 + id));
    backlog.putBack(batch);
    expect(backlog.size).toBe(1013);
    const { events, unlisted } = backlog.take();
    expect(events.map(({ line }) => line.id)).toEqual(
      Array.from({ length: 1000 }, (_, id) => id),
    );
    expect([...unlisted]).toEqual([["sign_in_refused", 13]]);
  });

  it("keeps newer events behind a returned batch", () => {
    const backlog = filled(2);
    const batch = backlog.take();
    backlog.add(waiting(7));
    backlog.putBack(batch);
    expect(idsOf(backlog)).toEqual([0, 1, 7]);
  });

  it("when it is full of one network's events, makes room for those of others", () => {
    const from = (ip: string, id: number) => ({
      event: { event: "sign_in_refused" as const, userId: null, ip },
      line: { id, ip },
    });
    const backlog = new AuditBacklog();
    for (let id = 0; id < 5000; id++) {
      // One customer's /48, with any number of /64s.
      backlog.add(from(`2001:db8:7:${id.toString(16)}::1`, id));
    }
    for (let id = 0; id < 20; id++) backlog.add(from("203.0.113.9", id));
    backlog.add(from("198.51.100.4", 0));
    const { events, unlisted } = backlog.take();
    expect(events).toHaveLength(1000);
    expect([...unlisted]).toEqual([["sign_in_refused", 4021]]);
    const ofOthers = events.filter(
      ({ line }) => !String(line.ip).includes(":"),
    );
    expect(ofOthers).toHaveLength(21);
    expect(events[0]?.line.id).toBe(0);
  });
});
