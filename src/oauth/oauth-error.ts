import { AuthError, type AuthErrorOptions } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";

/**
 * The `error` of an OAuth error response.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 * @see https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 invalid_target
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-12.2 DPoP
 */
export type OAuthErrorName =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "invalid_scope"
  | "invalid_target"
  | "invalid_dpop_proof"
  | "use_dpop_nonce"
  | "temporarily_unavailable"
  | "server_error";

export interface OAuthErrorOptions extends AuthErrorOptions {
  /** The code of this software; `invalid_request` by default. */
  readonly code?: AuthErrorCode;
  /** Default: the status of the error's name. */
  readonly status?: number;
}

/** An error with its own name in OAuth. */
export class OAuthError extends AuthError {
  readonly answerStatus: number;

  /** @param description for the client's developer; never what was sent */
  constructor(
    readonly error: OAuthErrorName,
    readonly description: string,
    { code = "invalid_request", status, ...options }: OAuthErrorOptions = {},
  ) {
    super(code, { reason: error, ...options });
    this.answerStatus = status ?? (error === "invalid_client" ? 401 : 400);
  }
}
