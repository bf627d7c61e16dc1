import { RepeatTally } from "./repeat-tally";

describe("RepeatTally", () => {
  let reports: [last: string, count: number, kind: string | undefined][];
  let tally: RepeatTally<string>;

  beforeEach(() => {
    jest.useFakeTimers();
    reports = [];
    tally = new RepeatTally(2, (...report) => void reports.push(report));
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const times = (count: number, kind: string) =>
    Array.from({ length: count }, (_, index) =>
      tally.admits(kind, `${kind}${index}`),
    ).filter(Boolean).length;

  it("passes the first of each kind, and reports the number of the others after a minute", () => {
    expect([times(5, "a"), times(2, "b"), times(3, "c")]).toEqual([2, 2, 2]);
    jest.advanceTimersByTime(59_999);
    expect(reports).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(reports).toEqual([
      ["a4", 3, "a"],
      ["c2", 1, "c"],
    ]);
    expect(times(5, "a")).toBe(2);
  });

  it("distinguishes at most 2000 kinds, and loses no event", () => {
    for (let kind = 0; kind < 10_000; kind++) times(3, `k${kind}`);
    tally.end();
    expect(reports).toHaveLength(2001);
    expect(reports.at(-1)?.[2]).toBeUndefined();
    const counted = reports.reduce((sum, [, count]) => sum + count, 0);
    expect(counted).toBe(30_000 - 2001 * 2);
  });

  it("has no timer while idle", () => {
    expect(jest.getTimerCount()).toBe(0);
    times(1, "a");
    tally.end();
    expect(jest.getTimerCount()).toBe(0);
    expect(reports).toEqual([]);
  });
});
