import {
  applyDecorators,
  SetMetadata,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import { ApiProblem } from "../common/problem.dto";
import { FailedAttemptsFilter } from "./failed-attempts.filter";
import { RateLimitGuard } from "./rate-limit.guard";
import type { RateLimitName } from "./rate-limits.options";
import { ROUTE_LIMITS, type RouteLimits } from "./route-limits";

/**
 * Limits a route per client network; beyond the limit the response is 429
 * `rate_limited`. Guards run from the lowest decorator up: put expensive ones
 * above this one.
 *
 * @param attempts the limit that every call counts towards
 * @param failures the limit that calls refused with 401 or 403 count towards as well
 */
export function RateLimited(
  attempts: RateLimitName,
  { failures }: { readonly failures?: RateLimitName } = {},
): MethodDecorator {
  const limits: RouteLimits = { attempts, failures };
  return applyDecorators(
    SetMetadata(ROUTE_LIMITS, limits),
    UseGuards(RateLimitGuard),
    UseFilters(...(failures ? [FailedAttemptsFilter] : [])),
    ApiProblem("rate_limited"),
  );
}
