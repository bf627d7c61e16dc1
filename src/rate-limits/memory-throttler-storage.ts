import { Injectable } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import { LRUCache } from "lru-cache";
import { Clock } from "../common/clock.port";

/** The result of a throttler storage; the package does not export its type. */
export type StorageRecord = Awaited<ReturnType<ThrottlerStorage["increment"]>>;

interface Window {
  readonly startedAt: number;
  hits: number;
}

/**
 * Maximum number of keys, about 20 MB; beyond that the least recently used is
 * dropped.
 */
export const maxKeys = 100_000;

/**
 * Counts in this process, in fixed windows that start with a key's first hit,
 * without timers.
 *
 * A block lasts until the end of the window; a longer `blockDuration` is ignored.
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
   * @param limit allowed hits; further ones are blocked
   */
  increment(key: string, ttl: number, limit: number): Promise<StorageRecord> {
    const now = this.clock.now();
    let window = this.windows.get(key);
    // Its start is in the future if the clock was set back.
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
