/** The lifetime of sessions, and the secret of their refresh tokens. */
export interface SessionsOptions {
  /** How long a session may be idle, in seconds. */
  readonly idleTtlSeconds: number;
  /** The maximum lifetime of a session, however much it is used, in seconds. */
  readonly maxTtlSeconds: number;
  /**
   * How many sessions a user may have; beyond that the one idle longest is
   * ended.
   */
  readonly maxPerUser: number;
  /**
   * How long a replaced refresh token still returns its successor, in seconds,
   * 0–60.
   */
  readonly refreshGraceSeconds: number;
  /** How often it still does after that, per session in 30 days, 0–10. */
  readonly refreshLateRetries: number;
  /**
   * Lifetime of the access tokens, in seconds; the end of a session is
   * remembered for as long.
   */
  readonly accessTokenTtlSeconds: number;
  /** At least 32 bytes; refresh tokens and nonces are derived from it. */
  readonly secretKey: string;
  /** The previous secret key, while it is being replaced: its tokens are still accepted. */
  readonly previousSecretKey: string | null;
}

export const SESSIONS_OPTIONS = Symbol("SESSIONS_OPTIONS");
