/** How long sessions live, and what their refresh tokens are made from. */
export interface SessionsOptions {
  /** How long a session may be unused, in seconds. */
  readonly idleTtlSeconds: number;
  /** The maximum lifetime of a session, however much it is used, in seconds. */
  readonly maxTtlSeconds: number;
  /** How many sessions a user may have; over that the longest unused ends. */
  readonly maxPerUser: number;
  /** How long a replaced refresh token still gets its successor, in seconds, 0–60. */
  readonly refreshGraceSeconds: number;
  /** How often it does after that, in 30 days of a session, 0–10. */
  readonly refreshLateRetries: number;
  /** Life of the access tokens, in seconds: so long is the end of a session remembered. */
  readonly accessTokenTtlSeconds: number;
  /** At least 32 bytes; refresh tokens and nonces are derived from it. */
  readonly secretKey: string;
  /** The previous secret key, while it is being replaced: its tokens are still accepted. */
  readonly previousSecretKey: string | null;
}

export const SESSIONS_OPTIONS = Symbol("SESSIONS_OPTIONS");
