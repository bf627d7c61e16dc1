import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { maxKeys, MemoryThrottlerStorage } from "./memory-throttler-storage";
import { FrozenClock } from "../testing/frozen-clock";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedHeapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe("MemoryThrottlerStorage", () => {
  it("limits its size with a million clients", async () => {
    const minute = 60_000;
    const storage = new MemoryThrottlerStorage(
      new FrozenClock(1_763_700_000_000),
    );
    const before = usedHeapBytes();
    for (let client = 0; client < 1_000_000; client++) {
      await storage.increment(`signIn:2001:db8:0:${client}::/64`, minute, 1);
    }
    expect(storage.size).toBe(maxKeys);
    expect(usedHeapBytes() - before).toBeLessThan(50 * 1_048_576);
    // The most recent ones are kept.
    const last = "signIn:2001:db8:0:999999::/64";
    expect(await storage.increment(last, minute, 1)).toMatchObject({
      isBlocked: true,
    });
  });
});
