import { decideRotation, type RotationState } from "./rotation";

const now = 1_763_700_000_000;
const day = 24 * 3600_000;
const rules = { graceMilliseconds: 10_000, lateRetries: 3 };

const state = (changes: Partial<RotationState> = {}): RotationState => ({
  generation: 5,
  rotations: [now - 3_000, now - 9_999, now - 10_000, now - 60_000],
  lateRetries: [],
  idleExpiresAt: now + 1,
  absoluteExpiresAt: now + 1,
  isRevoked: false,
  ...changes,
});
const decide = (generation: number, changes: Partial<RotationState> = {}) =>
  decideRotation(state(changes), generation, now, rules);

describe("the decision on a refresh token", () => {
  it("replaces the newest one", () => {
    expect(decide(5)).toBe("rotate");
  });

  it.each([4, 3])(
    "repeats the successor of generation %d within the grace period",
    (generation) => {
      expect(decide(generation)).toBe("repeat");
    },
  );

  it.each([2, 1])(
    "treats generation %d, replaced earlier, as reuse",
    (generation) => {
      expect(decide(generation)).toBe("reuse");
    },
  );

  it("treats one older than the recorded rotations as reuse", () => {
    expect(decide(3, { generation: 20 })).toBe("reuse");
  });

  describe("whose successor was not used, hours later,", () => {
    const late = (lateRetries: readonly number[] = [], budget = 3) =>
      decideRotation(state({ rotations: [now - day], lateRetries }), 4, now, {
        ...rules,
        lateRetries: budget,
      });
    const daysAgo = (...days: readonly number[]) =>
      days.map((count) => now - count * day);

    it("repeats the successor a limited number of times in 30 days", () => {
      expect(late()).toBe("repeat-late");
      expect(late(daysAgo(1, 2))).toBe("repeat-late");
      expect(late(daysAgo(1, 2, 3))).toBe("reuse");
      expect(late(daysAgo(1, 2, 30))).toBe("repeat-late");
      expect(late(daysAgo(1, 2, 29.99))).toBe("reuse");
    });

    it("counts retries within the grace period once", () => {
      expect(late([now - 9_999, ...daysAgo(1, 2)])).toBe("repeat");
      expect(late([now - 10_000, ...daysAgo(1, 2)])).toBe("reuse");
    });

    it("is reuse if late retries are off", () => {
      expect(late([], 0)).toBe("reuse");
    });

    it("is reuse if its successor was replaced as well", () => {
      const rotations = [now - day, now - day - 1];
      expect(decide(3, { rotations })).toBe("reuse");
    });
  });

  it.each([6, 7, 1000])(
    "replaces generation %d, which is ahead of the stored one after a loss of data",
    (generation) => {
      expect(decide(generation)).toBe("rotate");
    },
  );

  it("repeats nothing without a grace period", () => {
    const rotations = [now];
    const none = { graceMilliseconds: 0, lateRetries: 0 };
    expect(decideRotation(state({ rotations }), 4, now, none)).toBe("reuse");
  });

  it("tolerates a clock that is set back by at most a minute", () => {
    const lateRetries = [1, 2, 3].map((hours) => now - hours * 3600_000);
    const ahead = (milliseconds: number) =>
      decide(4, { rotations: [now + milliseconds], lateRetries });
    expect(ahead(60_000)).toBe("repeat");
    expect(ahead(60_001)).toBe("reuse");
  });

  it.each(["idleExpiresAt", "absoluteExpiresAt"])(
    "refuses every generation as expired from %s on",
    (limit) => {
      for (const generation of [4, 5, 1]) {
        expect(decide(generation, { [limit]: now })).toBe("expired");
      }
    },
  );

  it("refuses every generation of an ended session as revoked, not as reuse", () => {
    for (const generation of [1, 4, 5, 6]) {
      expect(decide(generation, { isRevoked: true, idleExpiresAt: 0 })).toBe(
        "revoked",
      );
    }
  });
});
