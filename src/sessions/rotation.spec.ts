import { decideRotation, type RotationState } from "./rotation";

const now = 1_763_700_000_000;
const grace = 10_000;

const state = (changes: Partial<RotationState> = {}): RotationState => ({
  generation: 5,
  rotations: [now - 3_000, now - 9_999, now - 10_000, now - 60_000],
  idleExpiresAt: now + 1,
  absoluteExpiresAt: now + 1,
  isRevoked: false,
  ...changes,
});
const decide = (generation: number, changes: Partial<RotationState> = {}) =>
  decideRotation(state(changes), generation, now, grace);

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

  it.each([6, 0, -1])(
    "generation %d, which never was, is unknown",
    (generation) => {
      expect(decide(generation)).toBe("unknown");
    },
  );

  it("without a grace nothing is answered twice", () => {
    const rotations = [now];
    expect(decideRotation(state({ rotations }), 4, now, 0)).toBe("reuse");
  });

  it("another instance's clock may be a minute ahead, and not more", () => {
    expect(decide(4, { rotations: [now + 60_000] })).toBe("repeat");
    expect(decide(4, { rotations: [now + 60_001] })).toBe("reuse");
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
