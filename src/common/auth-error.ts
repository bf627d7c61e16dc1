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
  /** How to ask in the right way; sent as WWW-Authenticate instead of the usual one. */
  readonly challenge?: string;
  /** The nonce that the client's next DPoP proof has to carry; sent as DPoP-Nonce. */
  readonly dpopNonce?: string;
  /** Whom it is about, where that is known. For the audit trail, never shown. */
  readonly userId?: string;
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
  // Only where there is one: no other error has anything more in it.
  declare readonly challenge?: string;
  declare readonly dpopNonce?: string;
  declare readonly userId?: string;

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
    if (options.challenge !== undefined) this.challenge = options.challenge;
    if (options.userId !== undefined) this.userId = options.userId;
    if (options.dpopNonce !== undefined) this.dpopNonce = options.dpopNonce;
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return authErrorCodes[this.code].status;
  }
}
