import type { components } from "./api-schema";

/** A code of the service's error table, docs/errors.md. */
export type ErrorCode = components["schemas"]["ErrorCode"];

/** Errors that occur before the service could respond. */
export type ClientErrorCode =
  "network_error" | "unexpected_answer" | "google_script_unavailable";

/**
 * What to do about an error: try again later, have the user sign in, show the
 * message, or change the app or the service's configuration.
 */
export type ErrorAction = "retry" | "sign_in" | "tell_user" | "fix_config";

const general = "Something went wrong on our side. Please try again later.";
const signIn = "Please sign in again.";
const busy = "The service is not available at the moment. Please try again.";

/** What a front end should do about each code, and a sentence for its user. */
export const problemCodes: Readonly<
  Record<ErrorCode | ClientErrorCode, readonly [ErrorAction, string]>
> = {
  invalid_request: ["fix_config", general],
  payload_too_large: ["fix_config", general],
  unsupported_media_type: ["fix_config", general],
  not_found: ["fix_config", general],
  method_not_allowed: ["fix_config", general],
  origin_not_allowed: ["fix_config", general],
  csrf_mismatch: ["sign_in", signIn],
  invalid_token: ["sign_in", "Google sign-in failed. Please try again."],
  token_expired: ["sign_in", "Google sign-in failed. Please try again."],
  unauthenticated: ["sign_in", signIn],
  invalid_refresh_token: ["sign_in", signIn],
  no_session: ["sign_in", "Please sign in."],
  session_revoked: ["sign_in", "You have been signed out. Please sign in."],
  session_expired: ["sign_in", "Your session has expired. Please sign in."],
  reauthentication_required: [
    "sign_in",
    "Please confirm with Google that it is you.",
  ],
  invalid_dpop_proof: ["retry", busy],
  use_dpop_nonce: ["retry", busy],
  hosted_domain_not_allowed: [
    "tell_user",
    "Please use the Google account of your organization.",
  ],
  email_not_verified: [
    "tell_user",
    "Please verify your e-mail address with Google first.",
  ],
  sign_up_not_allowed: [
    "tell_user",
    "There is no account here for this Google account.",
  ],
  account_disabled: ["tell_user", "This account has been disabled."],
  service_account_not_allowed: [
    "tell_user",
    "Please use a personal Google account.",
  ],
  profile_incomplete: ["tell_user", "Please complete your profile first."],
  insufficient_role: ["tell_user", "You are not allowed to do this."],
  identity_in_use: [
    "tell_user",
    "This Google account belongs to another user.",
  ],
  last_identity: [
    "tell_user",
    "This is the only account that you can sign in with.",
  ],
  identity_limit_reached: ["tell_user", "You cannot link any more accounts."],
  rate_limited: ["retry", "Too many attempts. Please wait a moment."],
  identity_provider_unavailable: [
    "retry",
    "Google cannot be reached at the moment. Please try again.",
  ],
  service_unavailable: ["retry", busy],
  internal_error: ["retry", general],
  network_error: [
    "retry",
    "There is no connection. Please check your network and try again.",
  ],
  unexpected_answer: ["fix_config", general],
  google_script_unavailable: [
    "retry",
    "Google sign-in could not be loaded. Please try again.",
  ],
};
