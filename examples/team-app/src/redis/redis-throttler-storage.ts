import { Injectable } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import { Redis } from "ioredis";

/** KEYS: what is counted. ARGV: the length of the window in milliseconds. */
const hit = `
local hits = redis.call('INCR', KEYS[1])
if hits == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {hits, redis.call('PTTL', KEYS[1])}`;

/**
 * Rate limits that all instances count together, in fixed windows. While Redis
 * is unavailable, nest-google-auth counts on each instance.
 */
@Injectable()
export class RedisThrottlerStorage implements ThrottlerStorage {
  constructor(private readonly redis: Redis) {}

  async increment(key: string, ttl: number, limit: number) {
    const answer = await this.redis.eval(hit, 1, `hits:${key}`, ttl);
    const [totalHits = 1, milliseconds = 0] = answer as number[];
    const timeToExpire = Math.max(1, Math.ceil(milliseconds / 1000));
    const isBlocked = totalHits > limit;
    const timeToBlockExpire = isBlocked ? timeToExpire : 0;
    return { totalHits, timeToExpire, isBlocked, timeToBlockExpire };
  }
}
