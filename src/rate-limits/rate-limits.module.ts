import { Global, Module } from "@nestjs/common";
import { ThrottlerStorage } from "@nestjs/throttler";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { Purge } from "../database/purge";
import { Lockouts } from "./lockouts";
import { MemoryThrottlerStorage } from "./memory-throttler-storage";
import { OutageTolerantStorage } from "./outage-tolerant-storage";
import { PostgresThrottlerStorage } from "./postgres-throttler-storage";
import { THROTTLER_SETTINGS, throttlerSettings } from "./rate-limit.guard";
import {
  RATE_LIMITS_OPTIONS,
  type RateLimitsOptions,
} from "./rate-limits.options";

/**
 * Rate limits per client network. To count elsewhere, such as in Redis, provide
 * any storage for @nestjs/throttler in the `providers` of GoogleAuthModule:
 * `{ provide: ThrottlerStorage, useValue: … }`.
 */
@Global()
@Module({
  providers: [
    {
      provide: ThrottlerStorage,
      inject: [RATE_LIMITS_OPTIONS, Clock, Database, Purge],
      useFactory: storageOf,
    },
    {
      provide: OutageTolerantStorage,
      inject: [ThrottlerStorage, Clock],
      useFactory: (store: ThrottlerStorage, clock: Clock) =>
        new OutageTolerantStorage(store, clock),
    },
    {
      provide: THROTTLER_SETTINGS,
      inject: [RATE_LIMITS_OPTIONS],
      useFactory: throttlerSettings,
    },
    Lockouts,
  ],
  exports: [Lockouts, OutageTolerantStorage, THROTTLER_SETTINGS],
})
export class RateLimitsModule {}

function storageOf(
  { store }: RateLimitsOptions,
  clock: Clock,
  database: Database,
  purge: Purge,
): ThrottlerStorage {
  return store === "memory"
    ? new MemoryThrottlerStorage(clock)
    : new PostgresThrottlerStorage(database, purge);
}
