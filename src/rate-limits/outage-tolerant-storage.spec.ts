import { Logger } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import {
  MemoryThrottlerStorage,
  type StorageRecord,
} from "./memory-throttler-storage";
import { OutageTolerantStorage } from "./outage-tolerant-storage";
import { FrozenClock } from "../testing/frozen-clock";

/** A shared store with configurable behaviour. */
class SharedStore implements ThrottlerStorage {
  asked = 0;
  /** The hits of other instances. */
  others = 100;
  work: () => Promise<void> = () => Promise.resolve();

  async increment(): Promise<StorageRecord> {
    this.asked++;
    await this.work();
    return {
      totalHits: ++this.others,
      timeToExpire: 7,
      isBlocked: false,
      timeToBlockExpire: 0,
    };
  }
}

describe("OutageTolerantStorage", () => {
  let clock: FrozenClock;
  let shared: SharedStore;
  let storage: OutageTolerantStorage;
  let warnings: jest.SpiedFunction<Logger["warn"]>;

  beforeEach(() => {
    clock = new FrozenClock(1_763_700_000_000);
    shared = new SharedStore();
    storage = new OutageTolerantStorage(shared, clock, 50);
    warnings = jest.spyOn(Logger.prototype, "warn").mockImplementation();
  });

  afterEach(() => warnings.mockRestore());

  const hit = async (limit = 3) =>
    storage.increment("signIn:192.0.2.1", 60_000, limit, 60_000, "signIn");
  const fail = () => Promise.reject(new Error("connection refused"));
  const hang = () => new Promise<void>(() => undefined);

  it("returns the result of the shared store while it works", async () => {
    expect(await hit()).toMatchObject({ totalHits: 101, timeToExpire: 7 });
    expect(await hit()).toMatchObject({ totalHits: 102 });
    expect(warnings).not.toHaveBeenCalled();
  });

  it.each([
    ["fails", fail],
    ["hangs", hang],
    [
      "breaks",
      () => {
        throw new Error("not a promise");
      },
    ],
  ])("continues with its own count if the store %s", async (_how, work) => {
    await hit();
    shared.work = work;
    expect(await hit()).toMatchObject({ totalHits: 2, isBlocked: false });
    expect(await hit()).toMatchObject({ totalHits: 3, isBlocked: false });
    expect(await hit()).toMatchObject({ totalHits: 4, isBlocked: true });
  });

  it("does not use a failed store for a second, then tries again", async () => {
    shared.work = fail;
    await hit();
    clock.advance(0.999);
    await hit();
    expect(shared.asked).toBe(1);
    shared.work = () => Promise.resolve();
    clock.advance(0.001);
    expect(await hit()).toMatchObject({ totalHits: 101 });
  });

  it("tries again immediately if the clock is set back", async () => {
    shared.work = fail;
    await hit();
    clock.advance(-3600);
    await hit();
    expect(shared.asked).toBe(2);
  });

  it("logs an outage once a minute, without the key", async () => {
    shared.work = fail;
    for (let second = 0; second < 120; second++) {
      await hit(1000);
      clock.advance(1);
    }
    expect(shared.asked).toBe(120);
    expect(warnings).toHaveBeenCalledTimes(2);
    expect(JSON.stringify(warnings.mock.calls)).not.toContain("192.0.2.1");
  });

  it("counts only once if the store is in memory", async () => {
    const memory = new MemoryThrottlerStorage(clock);
    storage = new OutageTolerantStorage(memory, clock);
    expect(await hit()).toMatchObject({ totalHits: 1 });
    expect(await hit()).toMatchObject({ totalHits: 2 });
    expect(memory.size).toBe(1);
  });
});
