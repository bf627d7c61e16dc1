import "reflect-metadata";
import { clientNetwork } from "../common/ip-address";
import type { RateLimitName } from "./rate-limits.options";

/** The limits that a route carries. */
export interface RouteLimits {
  /** Every attempt counts. */
  readonly attempts: RateLimitName;
  /** Attempts that are refused with 401 or 403 count here as well. */
  readonly failures?: RateLimitName;
}

export const ROUTE_LIMITS = "nest-google-auth:route-limits";

/** @param handler the method of a controller */
export function routeLimitsOf(handler: object): RouteLimits | undefined {
  return Reflect.getMetadata(ROUTE_LIMITS, handler) as RouteLimits | undefined;
}

/** What a call counts for, and for whom. */
export interface Attempt extends RouteLimits {
  /** Of the client. */
  readonly network: string;
}

export const ATTEMPT = Symbol("attempt");

/** What both HTTP platforms know of a request, and what we add. */
export interface LimitedRequest {
  readonly ip?: string;
  [ATTEMPT]?: Attempt;
}

/** Whom a request counts for. All who have no address are one client. */
export function networkOf({ ip }: LimitedRequest): string {
  return clientNetwork(ip) ?? "unknown";
}
