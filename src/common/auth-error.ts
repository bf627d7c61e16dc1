import {
  type AppErrorCode,
  type AuthErrorCode,
  type AuthErrorEntry,
  authErrorCodes,
} from "./auth-error-codes";

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

  /** A code of {@link authErrorCodes}, or the application's own. */
  readonly code: AuthErrorCode;
  readonly #entry: AuthErrorEntry;

  /**
   * @param code of the table, or one of the application's with all that is to
   *   be said about it
   * @throws TypeError for one of the application's that is not fit for an answer
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

  /** HTTP status that belongs to the code. */
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

/** What clients branch on must not be mistaken for one of ours, or for a success. */
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
