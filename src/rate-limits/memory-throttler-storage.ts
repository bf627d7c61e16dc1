import { Injectable } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import { LRUCache } from "lru-cache";
import { Clock } from "../common/clock.port";

/** What a throttler storage answers; the package does not export its name for it. */
export type StorageRecord = Awaited<ReturnType<ThrottlerStorage["increment"]>>;

interface Window {
  readonly startedAt: number;
  hits: number;
}

/** Most keys that are counted at a time, about 20 MB; then the longest unused is forgotten. */
export const maxKeys = 100_000;

/**
 * Counts in this process, in fixed windows that begin with a key's first hit.
 * Windows are not ended by timers: the next hit finds that they are over.
 *
 * A block lasts until the window ends; a longer `blockDuration` is not kept.
 */
@Injectable()
export class MemoryThrottlerStorage implements ThrottlerStorage {
  private readonly windows = new LRUCache<string, Window>({ max: maxKeys });

  constructor(private readonly clock: Clock) {}

  /** How many keys are counted. */
  get size(): number {
    return this.windows.size;
  }

  /**
   * @param key what to count
   * @param ttl length of the window, in milliseconds
   * @param limit hits that are good; from the next on it is blocked
   */
  increment(key: string, ttl: number, limit: number): Promise<StorageRecord> {
    const now = this.clock.now();
    let window = this.windows.get(key);
    // It has not begun yet when the clock was set back.
    if (!window || now >= window.startedAt + ttl || now < window.startedAt) {
      window = { startedAt: now, hits: 0 };
      this.windows.set(key, window);
    }
    window.hits++;
    const seconds = Math.ceil((window.startedAt + ttl - now) / 1000);
    const isBlocked = window.hits > limit;
    return Promise.resolve({
      totalHits: window.hits,
      timeToExpire: seconds,
      isBlocked,
      timeToBlockExpire: isBlocked ? seconds : 0,
    });
  }
}
