import type { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import type { ErrorAnswer } from "../common/error-forms";
import { OAuthError, type OAuthErrorName } from "./oauth-error";

/**
 * The OAuth error of each of our codes, unless it is `invalid_request` with the
 * code's own status. 401 and 403 become 400, which RFC 6749 §5.2 requires
 * except for failed client authentication.
 */
const names: Readonly<
  Partial<Record<AuthErrorCode, readonly [OAuthErrorName, number]>>
> = {
  // RFC 8693 §2.2.2: a subject token that is invalid for any reason, or
  // unacceptable by policy.
  invalid_token: ["invalid_request", 400],
  token_expired: ["invalid_request", 400],
  hosted_domain_not_allowed: ["invalid_request", 400],
  email_not_verified: ["invalid_request", 400],
  sign_up_not_allowed: ["invalid_request", 400],
  account_disabled: ["invalid_request", 400],
  service_account_not_allowed: ["invalid_request", 400],
  invalid_refresh_token: ["invalid_grant", 400],
  session_revoked: ["invalid_grant", 400],
  session_expired: ["invalid_grant", 400],
  invalid_dpop_proof: ["invalid_dpop_proof", 400],
  use_dpop_nonce: ["use_dpop_nonce", 400],
  origin_not_allowed: ["unauthorized_client", 403],
  rate_limited: ["temporarily_unavailable", 429],
  identity_provider_unavailable: ["temporarily_unavailable", 503],
  service_unavailable: ["temporarily_unavailable", 503],
  internal_error: ["server_error", 500],
};

/** For the application's own codes, which also refuse a grant. */
function statusOf({ status }: AuthError): number {
  return status === 401 || status === 403 ? 400 : status;
}

/**
 * An error in the format of RFC 6749 §5.2. The description begins with the code
 * that the other routes use.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function oauthErrorForm(
  error: AuthError,
  showReason: boolean,
): ErrorAnswer {
  const [name, status] =
    error instanceof OAuthError
      ? [error.error, error.answerStatus]
      : (names[error.code] ?? (["invalid_request", statusOf(error)] as const));
  return {
    status,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      Pragma: "no-cache",
      ...(error.challenge && { "WWW-Authenticate": error.challenge }),
    },
    body: {
      error: name,
      error_description: asDescription(
        showReason && error.reason && error.reason !== name
          ? `${describe(error)} (${error.reason})`
          : describe(error),
      ),
    },
  };
}

function describe(error: AuthError): string {
  if (error instanceof OAuthError) return error.description;
  if (error.errors?.length) {
    return error.errors
      .map(({ field, message }) => `${field}: ${message}`)
      .join("; ");
  }
  return `${error.code}: ${error.detail}`;
}

/** Only characters that RFC 6749 allows there. */
function asDescription(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'");
}
