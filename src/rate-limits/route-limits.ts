import "reflect-metadata";
import type { HttpRequest } from "../common/http-request";
import { clientNetwork } from "../common/ip-address";
import type { RateLimitName } from "./rate-limits.options";

/** The limits of a route. */
export interface RouteLimits {
  /** The limit that every attempt counts towards. */
  readonly attempts: RateLimitName;
  /** The limit that attempts refused with 401 or 403 count towards as well. */
  readonly failures?: RateLimitName;
}

export const ROUTE_LIMITS = "nest-google-auth:route-limits";

/** @param handler the method of a controller */
export function routeLimitsOf(handler: object): RouteLimits | undefined {
  return Reflect.getMetadata(ROUTE_LIMITS, handler) as RouteLimits | undefined;
}

/** The limits and the network that a call counts towards. */
export interface Attempt extends RouteLimits {
  /** The client's network. */
  readonly network: string;
}

export const ATTEMPT = Symbol("attempt");

/** A request, with the attempt that the guard has counted. */
export interface LimitedRequest extends HttpRequest {
  [ATTEMPT]?: Attempt;
}

/**
 * The network that a request counts towards; all requests without an address
 * share one.
 */
export function networkOf({ ip }: LimitedRequest): string {
  return clientNetwork(ip) ?? "unknown";
}
