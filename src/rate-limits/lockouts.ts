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

/** Most lockouts that are remembered; what is forgotten is asked of the store again. */
const maxLockouts = 10_000;

/**
 * Who has used up a limit, and until when. This instance remembers it, so that
 * refusing a flood costs the store nothing, nor does a good sign-in.
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
    // It has not begun yet when the clock was set back.
    if (now >= lockout.until || now < lockout.since) {
      this.lockouts.delete(key);
      return;
    }
    throw rateLimited(name, Math.ceil((lockout.until - now) / 1000));
  }

  /**
   * Locks a network out until its window ends.
   *
   * @param record what the store answered to the last hit
   * @returns how to refuse that hit
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

/** What a network is counted under. */
export function rateLimitKey(name: string, network: string): string {
  return `${name}:${network}`;
}

function rateLimited(name: RateLimitName, seconds: number): AuthError {
  return new AuthError("rate_limited", {
    reason: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    retryAfterSeconds: seconds,
  });
}
