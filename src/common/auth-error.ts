import {
  type AppErrorCode,
  type AuthErrorCode,
  type AuthErrorEntry,
  authErrorCodes,
} from "./auth-error-codes";

/** An invalid field of the request; the message never repeats the value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface AuthErrorOptions {
  /**
   * Which check failed, as a stable snake_case name. For the log and the audit
   * log; shown to clients outside production only.
   */
  readonly reason?: string;
  /** The invalid fields; for `invalid_request` only. */
  readonly errors?: readonly FieldError[];
  /** When to try again, in whole seconds; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  /** Sent as WWW-Authenticate, instead of the default of the code. */
  readonly challenge?: string;
  /** The nonce for the client's next DPoP proof; sent as DPoP-Nonce. */
  readonly dpopNonce?: string;
  /** The user concerned, if known. For the audit log, never shown. */
  readonly userId?: string;
  /** The underlying error. Logged, never shown. */
  readonly cause?: unknown;
}

/**
 * The one error for refusals, in every layer. It has a code of
 * {@link authErrorCodes}; only the exception filter deals with HTTP.
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly reason?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  // Declared, so that errors without them have no such properties.
  declare readonly challenge?: string;
  declare readonly dpopNonce?: string;
  declare readonly userId?: string;

  /** A code of {@link authErrorCodes}, or the application's own. */
  readonly code: AuthErrorCode;
  readonly #entry: AuthErrorEntry;

  /**
   * @param code of the table, or a code of the application with its entry
   * @throws TypeError for an invalid code of the application
   */
  constructor(
    code: AuthErrorCode | AppErrorCode,
    options: AuthErrorOptions = {},
  ) {
    const name = typeof code === "string" ? code : appCode(code);
    super(
      options.reason ? `${name}: ${options.reason}` : name,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = name as AuthErrorCode;
    this.#entry = typeof code === "string" ? authErrorCodes[code] : code;
    this.reason = options.reason;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    if (options.challenge !== undefined) this.challenge = options.challenge;
    if (options.userId !== undefined) this.userId = options.userId;
    if (options.dpopNonce !== undefined) this.dpopNonce = options.dpopNonce;
  }

  /** HTTP status of the code. */
  get status(): number {
    return this.#entry.status;
  }

  get title(): string {
    return this.#entry.title;
  }

  get detail(): string {
    return this.#entry.detail;
  }
}

/** Clients must not mistake it for one of ours or for a success. */
function appCode({ code, status }: AppErrorCode): string {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(code) || code in authErrorCodes) {
    throw new TypeError(
      `The error code ${code} is not snake_case, or is one of nest-google-auth's own`,
    );
  }
  if (!Number.isInteger(status) || status < 400 || status > 499) {
    throw new TypeError(`The status of the error code ${code} is not 400–499`);
  }
  return code;
}
