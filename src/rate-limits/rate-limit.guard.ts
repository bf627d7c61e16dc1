import { type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import {
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
} from "@nestjs/throttler";
import { Lockouts, rateLimitKey } from "./lockouts";
import { OutageTolerantStorage } from "./outage-tolerant-storage";
import {
  ATTEMPT,
  type LimitedRequest,
  networkOf,
  type RouteLimits,
  routeLimitsOf,
} from "./route-limits";
import { rateLimitNames, type RateLimitsOptions } from "./rate-limits.options";

export const THROTTLER_SETTINGS = Symbol("THROTTLER_SETTINGS");

/** Our limits as throttlers of @nestjs/throttler; each skips routes with another limit. */
export function throttlerSettings({
  limits,
}: RateLimitsOptions): ThrottlerModuleOptions {
  return {
    setHeaders: false,
    throttlers: rateLimitNames.flatMap((name) => {
      const limit = limits[name];
      if (limit === "off") return [];
      return {
        name,
        limit: limit.count,
        ttl: limit.seconds * 1000,
        skipIf: (context) => attemptOf(context)?.attempts !== name,
      };
    }),
  };
}

/**
 * Counts calls per client network, over all routes with the same limit, and
 * refuses those beyond it. Networks that are locked out are refused without
 * asking the store.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  constructor(
    @Inject(THROTTLER_SETTINGS) options: ThrottlerModuleOptions,
    // Explicit, because the parent class injects another one here.
    @Inject(OutageTolerantStorage) storage: OutageTolerantStorage,
    reflector: Reflector,
    private readonly lockouts: Lockouts,
  ) {
    super(options, storage, reflector);
  }

  /** @throws AuthError `rate_limited` */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const limits = this.limitsOf(context);
    if (!limits) return true;
    const request = context.switchToHttp().getRequest<LimitedRequest>();
    const network = networkOf(request);
    this.lockouts.check(limits.attempts, network);
    if (limits.failures) this.lockouts.check(limits.failures, network);
    request[ATTEMPT] = { ...limits, network };
    return super.canActivate(context);
  }

  /** The limits that a call counts towards; undefined for an unlimited route. */
  protected limitsOf(context: ExecutionContext): RouteLimits | undefined {
    return routeLimitsOf(context.getHandler());
  }

  protected override getTracker(request: LimitedRequest): Promise<string> {
    return Promise.resolve(networkOf(request));
  }

  protected override generateKey(
    _context: ExecutionContext,
    network: string,
    name: string,
  ): string {
    return rateLimitKey(name, network);
  }

  protected override throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    const attempt = attemptOf(context);
    if (!attempt) return Promise.resolve();
    throw this.lockouts.add(attempt.attempts, detail.tracker, detail);
  }
}

function attemptOf(context: ExecutionContext) {
  return context.switchToHttp().getRequest<LimitedRequest>()[ATTEMPT];
}
