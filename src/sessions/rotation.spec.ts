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

describe("what becomes of a refresh token", () => {
  it("the live one is replaced", () => {
    expect(decide(5)).toBe("rotate");
  });

  it.each([4, 3])(
    "generation %d, replaced within the grace, gets its successor again",
    (generation) => {
      expect(decide(generation)).toBe("repeat");
    },
  );

  it.each([2, 1])(
    "generation %d, replaced before, is taken for theft",
    (generation) => {
      expect(decide(generation)).toBe("reuse");
    },
  );

  it("one that is older than what is remembered is taken for theft", () => {
    expect(decide(3, { generation: 20 })).toBe("reuse");
  });

  describe("whose successor was never used, hours later,", () => {
    const late = (lateRetries: readonly number[] = [], budget = 3) =>
      decideRotation(state({ rotations: [now - day], lateRetries }), 4, now, {
        ...rules,
        lateRetries: budget,
      });
    const daysAgo = (...days: readonly number[]) =>
      days.map((count) => now - count * day);

    it("gets it once more, so many times in 30 days", () => {
      expect(late()).toBe("repeat-late");
      expect(late(daysAgo(1, 2))).toBe("repeat-late");
      expect(late(daysAgo(1, 2, 3))).toBe("reuse");
      expect(late(daysAgo(1, 2, 30))).toBe("repeat-late");
      expect(late(daysAgo(1, 2, 29.99))).toBe("reuse");
    });

    it("and again within the grace of that, which counts once", () => {
      expect(late([now - 9_999, ...daysAgo(1, 2)])).toBe("repeat");
      expect(late([now - 10_000, ...daysAgo(1, 2)])).toBe("reuse");
    });

    it("does not where that is switched off", () => {
      expect(late([], 0)).toBe("reuse");
    });

    it("does not when its successor has been replaced as well", () => {
      const rotations = [now - day, now - day - 1];
      expect(decide(3, { rotations })).toBe("reuse");
    });
  });

  it.each([6, 7, 1000])(
    "generation %d, ahead of what is stored, is replaced: what was stored since is lost",
    (generation) => {
      expect(decide(generation)).toBe("rotate");
    },
  );

  it("without a grace nothing is answered twice", () => {
    const rotations = [now];
    const none = { graceMilliseconds: 0, lateRetries: 0 };
    expect(decideRotation(state({ rotations }), 4, now, none)).toBe("reuse");
  });

  it("the clock may be set back by a minute, and not more", () => {
    const lateRetries = [1, 2, 3].map((hours) => now - hours * 3600_000);
    const ahead = (milliseconds: number) =>
      decide(4, { rotations: [now + milliseconds], lateRetries });
    expect(ahead(60_000)).toBe("repeat");
    expect(ahead(60_001)).toBe("reuse");
  });

  it.each(["idleExpiresAt", "absoluteExpiresAt"])(
    "from its %s on a session is over, whatever is presented",
    (limit) => {
      for (const generation of [4, 5, 1]) {
        expect(decide(generation, { [limit]: now })).toBe("expired");
      }
    },
  );

  it("of an ended session nothing is good, and nothing is reuse any more", () => {
    for (const generation of [1, 4, 5, 6]) {
      expect(decide(generation, { isRevoked: true, idleExpiresAt: 0 })).toBe(
        "revoked",
      );
    }
  });
});
