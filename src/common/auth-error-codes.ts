/** What clients see of an error. */
export interface AuthErrorEntry {
  /** HTTP status of the response. */
  readonly status: number;
  /** The `title` member: the same for every occurrence of the code. */
  readonly title: string;
  /** The default `detail` member, and the row in the documentation. */
  readonly detail: string;
}

/**
 * Every error code of this software. Clients branch on codes, so a code never
 * changes its meaning or its status.
 */
export const authErrorCodes = {
  invalid_request: {
    status: 400,
    title: "Invalid request",
    detail: "The request does not have the documented shape.",
  },
  payload_too_large: {
    status: 413,
    title: "Payload too large",
    detail: "The request body is larger than this route accepts.",
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    detail:
      "Send application/json or application/x-www-form-urlencoded, in UTF-8.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    detail: "There is no such route or resource.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    detail: "The route does not support this method; see the Allow header.",
  },
  invalid_token: {
    status: 401,
    title: "Invalid ID token",
    detail: "The ID token was not accepted.",
  },
  token_expired: {
    status: 401,
    title: "ID token expired",
    detail: "Get a fresh ID token from Google and try again.",
  },
  unauthenticated: {
    status: 401,
    title: "Unauthenticated",
    detail: "This route needs a valid access token of this service.",
  },
  invalid_refresh_token: {
    status: 401,
    title: "Invalid refresh token",
    detail: "The refresh token was not issued by this service.",
  },
  no_session: {
    status: 401,
    title: "No session",
    detail:
      "The request has no session cookie: this is a first visit, or the cookies were deleted. Sign in.",
  },
  reauthentication_required: {
    status: 401,
    title: "Reauthentication required",
    detail:
      "The user has to sign in again for this: send a fresh ID token to POST /auth/reauthenticate.",
  },
  session_revoked: {
    status: 401,
    title: "Session revoked",
    detail: "The session has been ended. Sign in again.",
  },
  session_expired: {
    status: 401,
    title: "Session expired",
    detail:
      "The session was idle for too long or has reached its maximum lifetime. Sign in again.",
  },
  invalid_dpop_proof: {
    status: 400,
    title: "Invalid DPoP proof",
    detail: "The DPoP proof is missing or was not accepted.",
  },
  use_dpop_nonce: {
    status: 400,
    title: "DPoP nonce required",
    detail: "The DPoP proof must contain the nonce from the DPoP-Nonce header.",
  },
  hosted_domain_not_allowed: {
    status: 403,
    title: "Hosted domain not allowed",
    detail:
      "The Google account does not belong to an organization that may sign in.",
  },
  email_not_verified: {
    status: 403,
    title: "E-mail not verified",
    detail:
      "The e-mail address of the Google account is missing or not verified.",
  },
  sign_up_not_allowed: {
    status: 403,
    title: "Sign-up not allowed",
    detail: "Sign-up is closed: only existing users may sign in.",
  },
  account_disabled: {
    status: 403,
    title: "Account disabled",
    detail: "This account may not sign in.",
  },
  service_account_not_allowed: {
    status: 403,
    title: "Service account not allowed",
    detail: "The token belongs to a Google service account, not to a person.",
  },
  profile_incomplete: {
    status: 403,
    title: "Profile incomplete",
    detail:
      "The user has not finished signing up: the app's required profile fields are missing.",
  },
  origin_not_allowed: {
    status: 403,
    title: "Origin not allowed",
    detail:
      "Pages of this origin may not sign in here. If it is your front end, add its origin to CORS_ORIGINS.",
  },
  csrf_mismatch: {
    status: 403,
    title: "CSRF token mismatch",
    detail:
      "The sign-in did not start in this browser: g_csrf_token must be sent as a cookie and in the body, each once and with the same value.",
  },
  insufficient_role: {
    status: 403,
    title: "Insufficient role",
    detail: "The user does not have a role that this route requires.",
  },
  identity_in_use: {
    status: 409,
    title: "Identity in use",
    detail: "The account at the provider is linked to another user.",
  },
  last_identity: {
    status: 409,
    title: "Last identity",
    detail:
      "It is the only account that the user can sign in with. Link another one first or delete the user.",
  },
  identity_limit_reached: {
    status: 409,
    title: "Identity limit reached",
    detail: "The user already has the maximum number of linked accounts.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    detail:
      "There were too many requests. Try again after the time in Retry-After.",
  },
  identity_provider_unavailable: {
    status: 503,
    title: "Identity provider unavailable",
    detail:
      "The identity provider cannot be reached to check the token, which may be valid. Try again later.",
  },
  service_unavailable: {
    status: 503,
    title: "Service unavailable",
    detail: "The service is temporarily unavailable. Try again later.",
  },
  internal_error: {
    status: 500,
    title: "Internal error",
    detail:
      "An unexpected error occurred. Quote the requestId when you report it.",
  },
} as const satisfies Record<string, AuthErrorEntry>;

/** A code of the table above. */
export type AuthErrorCode = keyof typeof authErrorCodes;

/** An error code of the application, in the same format. */
export interface AppErrorCode extends AuthErrorEntry {
  /** snake_case and not in {@link authErrorCodes}, such as `invitation_required`. */
  readonly code: string;
}
