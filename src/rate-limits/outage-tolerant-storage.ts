import { Logger } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import type { Clock } from "../common/clock.port";
import {
  MemoryThrottlerStorage,
  type StorageRecord,
} from "./memory-throttler-storage";

/** How long a shared store may take for one hit, in milliseconds. */
const storeTimeoutMilliseconds = 250;
/** How long a store that has failed is not used, in milliseconds. */
const pauseMilliseconds = 1000;
/** The shortest time between two log lines about it, in milliseconds. */
const logIntervalMilliseconds = 60_000;

/**
 * The store of the limits. While a shared store fails or is slow, this instance
 * uses its own counts: the limits then apply per instance, and an outage
 * neither locks anyone out nor lifts the limits.
 */
export class OutageTolerantStorage implements ThrottlerStorage {
  private readonly logger = new Logger(OutageTolerantStorage.name);
  private readonly own: MemoryThrottlerStorage;
  private pausedAt = -Infinity;
  private loggedAt = -Infinity;

  /**
   * @param store the shared store; one in memory is used directly
   * @param timeoutMilliseconds how long it may take for one hit
   */
  constructor(
    private readonly store: ThrottlerStorage,
    private readonly clock: Clock,
    private readonly timeoutMilliseconds = storeTimeoutMilliseconds,
  ) {
    this.own =
      store instanceof MemoryThrottlerStorage
        ? store
        : new MemoryThrottlerStorage(clock);
  }

  /** Counts one hit. Concurrent; never rejects. */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
  ): Promise<StorageRecord> {
    const own = await this.own.increment(key, ttl, limit);
    if (this.store === this.own || this.isPaused()) return own;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error("no response in time")),
        this.timeoutMilliseconds,
      );
    });
    try {
      return await Promise.race([
        this.store.increment(key, ttl, limit, blockDuration, throttlerName),
        timeout,
      ]);
    } catch (cause) {
      this.pause(cause);
      return own;
    } finally {
      clearTimeout(timer);
    }
  }

  private isPaused(): boolean {
    return isWithin(this.pausedAt, pauseMilliseconds, this.clock.now());
  }

  private pause(cause: unknown): void {
    const now = this.clock.now();
    this.pausedAt = now;
    if (isWithin(this.loggedAt, logIntervalMilliseconds, now)) return;
    this.loggedAt = now;
    this.logger.warn(
      { err: cause },
      "The rate limit store does not respond; this instance counts by itself",
    );
  }
}

/** Also false when the clock was set back to before `since`. */
function isWithin(since: number, length: number, now: number): boolean {
  return now >= since && now < since + length;
}
