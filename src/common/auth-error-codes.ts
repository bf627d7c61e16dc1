/** What the world sees of an error: its status and one stable sentence. */
export interface AuthErrorEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The `title` member: the same for every occurrence of the code. */
  readonly title: string;
  /** The default `detail` member, and the row in the documentation. */
  readonly detail: string;
}

/**
 * Every error code this software answers with. Codes are contract: a client
 * branches on them, so one never changes its meaning or its status.
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
      "Send application/json or application/x-www-form-urlencoded in UTF-8.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    detail: "There is nothing at this address.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    detail: "The route does not answer this method; see the Allow header.",
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
    detail: "The refresh token was not made by this service.",
  },
  no_session: {
    status: 401,
    title: "No session",
    detail:
      "This browser has no session here: a first visit, or its cookies are gone. Sign in.",
  },
  reauthentication_required: {
    status: 401,
    title: "Reauthentication required",
    detail:
      "The user has to prove again to be it: send a fresh ID token to POST /auth/reauthenticate.",
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
      "The session was unused, or has lived, for too long. Sign in again.",
  },
  invalid_dpop_proof: {
    status: 400,
    title: "Invalid DPoP proof",
    detail: "The DPoP proof was not accepted, or one is needed.",
  },
  use_dpop_nonce: {
    status: 400,
    title: "DPoP nonce needed",
    detail: "The DPoP proof has to carry the nonce in the DPoP-Nonce header.",
  },
  hosted_domain_not_allowed: {
    status: 403,
    title: "Hosted domain not allowed",
    detail: "The Google account is not of an organization that may sign in.",
  },
  email_not_verified: {
    status: 403,
    title: "E-mail not verified",
    detail: "Google does not vouch for an e-mail address of this account.",
  },
  sign_up_not_allowed: {
    status: 403,
    title: "Sign-up not allowed",
    detail: "Only users who are already known may sign in.",
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
      "Pages of this origin may not sign in here. If it is a front end of yours, add its origin to CORS_ORIGINS.",
  },
  csrf_mismatch: {
    status: 403,
    title: "CSRF token mismatch",
    detail:
      "The sign-in was not begun in this browser: g_csrf_token has to be sent once as a cookie and once in the body, and be the same.",
  },
  insufficient_role: {
    status: 403,
    title: "Insufficient role",
    detail: "The user does not have a role that this route asks for.",
  },
  identity_in_use: {
    status: 409,
    title: "Identity in use",
    detail: "The account at the provider signs in another user here.",
  },
  last_identity: {
    status: 409,
    title: "Last identity",
    detail:
      "It is the only account that the user can sign in with. Link another one first, or delete the user.",
  },
  identity_limit_reached: {
    status: 409,
    title: "Identity limit reached",
    detail: "The user has as many linked accounts as a user may have.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    detail:
      "There have been too many attempts from this network. Try again after the time in Retry-After.",
  },
  identity_provider_unavailable: {
    status: 503,
    title: "Identity provider unavailable",
    detail:
      "Google cannot be reached to check the token, which may be perfectly good. Try again later.",
  },
  service_unavailable: {
    status: 503,
    title: "Service unavailable",
    detail: "The service cannot do its work at the moment. Try again later.",
  },
  internal_error: {
    status: 500,
    title: "Internal error",
    detail: "Something went wrong on our side; quote the requestId.",
  },
} as const satisfies Record<string, AuthErrorEntry>;

/** A code of the table above. */
export type AuthErrorCode = keyof typeof authErrorCodes;

/** A refusal of the application's own, in the same form as ours. */
export interface AppErrorCode extends AuthErrorEntry {
  /** snake_case, and none of {@link authErrorCodes}: `invitation_required`. */
  readonly code: string;
}
