import type { ThrottlerStorage } from "@nestjs/throttler";
import type { Redis } from "ioredis";
import { askRedis } from "./redis-answers";

/** KEYS: the counter. ARGV: length of the window in milliseconds. */
const hit = `
local hits = redis.call('INCR', KEYS[1])
if hits == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {hits, redis.call('PTTL', KEYS[1])}`;

/** Counts in Redis, in fixed windows that start with a key's first hit. */
export class RedisThrottlerStorage implements ThrottlerStorage {
  constructor(
    private readonly redis: Redis,
    private readonly prefix = "nga",
  ) {}

  increment(key: string, ttl: number, limit: number) {
    return askRedis(async () => {
      const answer = await this.redis.eval(
        ...[hit, 1, `${this.prefix}:hits:${key}`, ttl],
      );
      const [totalHits = 1, milliseconds = 0] = answer as number[];
      const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
      const isBlocked = totalHits > limit;
      return {
        ...{ totalHits, isBlocked, timeToExpire: seconds },
        timeToBlockExpire: isBlocked ? seconds : 0,
      };
    });
  }
}
