/** At most `count` in `seconds`. */
export interface RateLimit {
  /** 1 or more. */
  readonly count: number;
  /** Length of the window, 1 or more. */
  readonly seconds: number;
}

/**
 * All limits. Each counts separately, per client network, over all routes that
 * use it.
 */
export const rateLimitNames = ["signIn", "signInFailures", "refresh"] as const;

export type RateLimitName = (typeof rateLimitNames)[number];

/** The limits per client network, and where they are counted. */
export interface RateLimitsOptions {
  readonly limits: Readonly<Record<RateLimitName, RateLimit | "off">>;
  /** `memory`: each instance counts by itself. `postgres`: all count together. */
  readonly store: "memory" | "postgres";
}

export const RATE_LIMITS_OPTIONS = Symbol("RATE_LIMITS_OPTIONS");
