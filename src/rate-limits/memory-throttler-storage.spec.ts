import { MemoryThrottlerStorage } from "./memory-throttler-storage";
import { FrozenClock } from "../testing/frozen-clock";

describe("MemoryThrottlerStorage", () => {
  const minute = 60_000;
  let clock: FrozenClock;
  let storage: MemoryThrottlerStorage;

  beforeEach(() => {
    clock = new FrozenClock(1_763_700_000_000);
    storage = new MemoryThrottlerStorage(clock);
  });

  it("blocks hits beyond the limit and returns for how long", async () => {
    const hits = [];
    for (let hit = 0; hit < 4; hit++) {
      hits.push(await storage.increment("a", minute, 2));
      clock.advance(1.5);
    }
    const good = { isBlocked: false, timeToBlockExpire: 0 };
    expect(hits).toEqual([
      { totalHits: 1, timeToExpire: 60, ...good },
      { totalHits: 2, timeToExpire: 59, ...good },
      {
        totalHits: 3,
        timeToExpire: 57,
        isBlocked: true,
        timeToBlockExpire: 57,
      },
      {
        totalHits: 4,
        timeToExpire: 56,
        isBlocked: true,
        timeToBlockExpire: 56,
      },
    ]);
  });

  it("counts each key separately", async () => {
    await storage.increment("a", minute, 1);
    expect(await storage.increment("b", minute, 1)).toMatchObject({
      totalHits: 1,
      isBlocked: false,
    });
  });

  it("restarts at the end of the window, and not a millisecond earlier", async () => {
    await storage.increment("a", minute, 1);
    clock.advance((minute - 1) / 1000);
    expect(await storage.increment("a", minute, 1)).toMatchObject({
      totalHits: 2,
      timeToBlockExpire: 1,
    });
    clock.advance(0.001);
    expect(await storage.increment("a", minute, 1)).toMatchObject({
      totalHits: 1,
      isBlocked: false,
      timeToExpire: 60,
    });
  });

  it("does not block for longer than a window if the clock is set back", async () => {
    await storage.increment("a", minute, 1);
    clock.advance(-(24 * 60 * minute) / 1000);
    expect(await storage.increment("a", minute, 1)).toMatchObject({
      totalHits: 1,
      timeToExpire: 60,
    });
  });
});
