import { FrozenClock } from "../testing/frozen-clock";
import { SeenProofs } from "./seen-proofs";

const keptSeconds = 120;
let clock: FrozenClock;
let seen: SeenProofs;

beforeEach(() => {
  clock = new FrozenClock();
  seen = new SeenProofs(clock, keptSeconds, 1000);
});

describe("SeenProofs", () => {
  it("knows a proof for its whole time, however late in a generation it came", () => {
    for (let start = 0; start < keptSeconds; start += 7) {
      expect(seen.add("key", `at ${start}`)).toBe(true);
      clock.advance(7);
    }
    for (let start = 0; start < keptSeconds; start += 7) {
      expect(seen.add("key", `at ${start}`)).toBe(false);
    }
  });

  it("forgets it after twice that at the latest", () => {
    seen.add("key", "1");
    clock.advance(2 * keptSeconds);
    expect(seen.add("key", "1")).toBe(true);
  });

  it("tells keys apart, and ids that look like another key's", () => {
    seen.add("a", "b.c");
    expect(seen.add("b", "b.c")).toBe(true);
    expect(seen.add("a", "b")).toBe(true);
  });

  it("remembers at least as many as one generation holds, and not ever more", () => {
    for (let i = 0; i < 1000; i++) seen.add("key", String(i));
    expect(seen.add("key", "one more")).toBe(true);
    expect(seen.add("key", "0")).toBe(false);
    for (let i = 0; i < 1000; i++) seen.add("key", `flood ${i}`);
    expect(seen.add("key", "0")).toBe(true);
  });

  it("knows it after the clock was set back", () => {
    seen.add("key", "1");
    clock.advance(-3600);
    expect(seen.add("key", "1")).toBe(false);
  });
});
