/** At most so many in a window of so many seconds. */
export interface RateLimit {
  /** From 1. */
  readonly count: number;
  /** Length of the window, from 1. */
  readonly seconds: number;
}

/**
 * The limits there are. Each counts by itself, per client network, over all
 * routes that carry it. To add one, name it here; the types then ask for its
 * setting.
 */
export const rateLimitNames = [
  "signIn",
  "signInFailures",
  "refresh",
  "nonce",
  "verifyToken",
] as const;

export type RateLimitName = (typeof rateLimitNames)[number];

/** How much one client network may ask for, and where that is counted. */
export interface RateLimitsOptions {
  readonly limits: Readonly<Record<RateLimitName, RateLimit | "off">>;
  /** `memory`: every instance counts by itself. `postgres`: all count together. */
  readonly store: "memory" | "postgres";
}

export const RATE_LIMITS_OPTIONS = Symbol("RATE_LIMITS_OPTIONS");
