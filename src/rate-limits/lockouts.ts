import { Injectable } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import type { StorageRecord } from "./memory-throttler-storage";
import type { RateLimitName } from "./rate-limits.options";

interface Lockout {
  readonly since: number;
  readonly until: number;
}

/** Maximum number of cached lockouts; for others the store is queried again. */
const maxLockouts = 10_000;

/**
 * Networks that have reached a limit, and until when. Cached by this instance, so
 * that refusing a flood costs the store nothing.
 */
@Injectable()
export class Lockouts {
  private readonly lockouts = new LRUCache<string, Lockout>({
    max: maxLockouts,
  });

  constructor(private readonly clock: Clock) {}

  /**
   * @param network of the client
   * @throws AuthError `rate_limited`
   */
  check(name: RateLimitName, network: string): void {
    const key = rateLimitKey(name, network);
    const lockout = this.lockouts.get(key);
    if (!lockout) return;
    const now = this.clock.now();
    // Its start is in the future if the clock was set back.
    if (now >= lockout.until || now < lockout.since) {
      this.lockouts.delete(key);
      return;
    }
    throw rateLimited(name, Math.ceil((lockout.until - now) / 1000));
  }

  /**
   * Locks a network out until the end of its window.
   *
   * @param record the store's result for the last hit
   * @returns the error for that hit
   */
  add(name: RateLimitName, network: string, record: StorageRecord): AuthError {
    const seconds = Math.max(
      1,
      Math.ceil(
        record.isBlocked ? record.timeToBlockExpire : record.timeToExpire,
      ),
    );
    const now = this.clock.now();
    this.lockouts.set(rateLimitKey(name, network), {
      since: now,
      until: now + seconds * 1000,
    });
    return rateLimited(name, seconds);
  }
}

/** The key that a network is counted under. */
export function rateLimitKey(name: string, network: string): string {
  return `${name}:${network}`;
}

function rateLimited(name: RateLimitName, seconds: number): AuthError {
  return new AuthError("rate_limited", {
    reason: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    retryAfterSeconds: seconds,
  });
}
