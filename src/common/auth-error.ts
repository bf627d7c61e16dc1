import { type AuthErrorCode, authErrorCodes } from "./auth-error-codes";

/** One field of the request that is wrong; the message never repeats the value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface AuthErrorOptions {
  /**
   * Which check refused, as a stable snake_case name. For the log and the
   * audit trail; shown to clients outside production only.
   */
  readonly reason?: string;
  /** What was wrong with the request; `invalid_request` only. */
  readonly errors?: readonly FieldError[];
  /** Whole seconds after which trying again makes sense; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  /** What went wrong below. Logged, never shown. */
  readonly cause?: unknown;
}

/**
 * The one way any layer says no. It carries a code of {@link authErrorCodes};
 * only the exception filter knows about HTTP.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly reason?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;

  constructor(
    readonly code: AuthErrorCode,
    options: AuthErrorOptions = {},
  ) {
    super(
      options.reason ? `${code}: ${options.reason}` : code,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.reason = options.reason;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return authErrorCodes[this.code].status;
  }
}
