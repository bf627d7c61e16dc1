import { Injectable } from "@nestjs/common";
import type { ThrottlerStorage } from "@nestjs/throttler";
import { instanceSkewSeconds } from "../common/clock.port";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import type { StorageRecord } from "./memory-throttler-storage";

/**
 * One hit. It uses the database's clock, which all instances share, and reads it
 * after the row is locked: a hit that waited must not end a newer window.
 */
const hit = `
INSERT INTO google_auth.rate_limits AS kept (key, hits, expires_at)
VALUES ($1, 1, clock_timestamp() + make_interval(secs => $2))
ON CONFLICT (key) DO UPDATE SET (hits, expires_at) = (
  SELECT
    CASE WHEN runs THEN LEAST(kept.hits, $3) + 1 ELSE 1 END,
    CASE WHEN runs THEN kept.expires_at ELSE ends END
  FROM (
    SELECT ends, kept.expires_at > now AND kept.expires_at <= ends AS runs
    FROM (SELECT now, now + make_interval(secs => $2) AS ends
          FROM clock_timestamp() AS now) AS fresh
  ) AS judged)
RETURNING hits, GREATEST(1, ceil(extract(epoch FROM expires_at - clock_timestamp())))::integer AS seconds`;

/**
 * Counts in Postgres, for all instances together: one statement per hit, in
 * fixed windows that start with a key's first hit. The table is unlogged: fast,
 * and empty after a crash of the database.
 *
 * A block lasts until the end of the window; a longer `blockDuration` is ignored.
 */
@Injectable()
export class PostgresThrottlerStorage implements ThrottlerStorage {
  constructor(
    private readonly database: Database,
    purge: Purge,
  ) {
    purge.add({
      table: "rate_limits",
      key: "key",
      time: "expires_at",
      keptSeconds: instanceSkewSeconds,
    });
  }

  /**
   * @param key what to count
   * @param ttl length of the window, in milliseconds
   * @param limit allowed hits; further ones are blocked
   * @throws AuthError `service_unavailable`
   */
  async increment(
    key: string,
    ttl: number,
    limit: number,
  ): Promise<StorageRecord> {
    const [row] = await this.database.query<{ hits: number; seconds: number }>(
      hit,
      [key, ttl / 1000, limit],
    );
    const { hits: totalHits = 1, seconds = 1 } = row ?? {};
    const isBlocked = totalHits > limit;
    return {
      totalHits,
      timeToExpire: seconds,
      isBlocked,
      timeToBlockExpire: isBlocked ? seconds : 0,
    };
  }
}
