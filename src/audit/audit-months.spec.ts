import { monthsFrom, retentionStart } from "./audit-months";

const at = (text: string) => Date.parse(text);

describe("monthsFrom", () => {
  it.each([
    ["2026-11-21T12:00:00Z", "2026_11"],
    ["2026-11-01T00:00:00.000Z", "2026_11"],
    ["2026-10-31T23:59:59.999Z", "2026_10"],
    ["2024-02-29T12:00:00Z", "2024_02"],
  ])("at %s starts with %s", (now, month) => {
    const [first] = monthsFrom(at(now), 1);
    expect(first?.table).toBe(`audit_events_${month}`);
    expect(first?.from.getTime()).toBeLessThanOrEqual(at(now));
    expect(first?.to.getTime()).toBeGreaterThan(at(now));
  });

  it("skips and repeats no month from the last day of a long month on, across the year's end", () => {
    const months = monthsFrom(at("2026-10-31T23:00:00Z"), 5);
    expect(months.map(({ table }) => table)).toEqual([
      "audit_events_2026_10",
      "audit_events_2026_11",
      "audit_events_2026_12",
      "audit_events_2027_01",
      "audit_events_2027_02",
    ]);
  });

  it("returns adjacent months that start at midnight UTC", () => {
    const months = monthsFrom(at("2023-12-15T00:00:00Z"), 24);
    for (const [index, { from, to }] of months.entries()) {
      expect(from.toISOString()).toMatch(/-01T00:00:00\.000Z$/);
      expect(to).toEqual(months[index + 1]?.from ?? to);
    }
  });
});

describe("retentionStart", () => {
  it("is this many days ago", () => {
    expect(retentionStart(at("2026-03-01T06:00:00Z"), 30).toISOString()).toBe(
      "2026-01-30T06:00:00.000Z",
    );
  });
});
