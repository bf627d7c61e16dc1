import {
  type AuthErrorCode,
  authErrorCodes,
} from "../../src/common/auth-error-codes";
import { problemCodes } from "../../src/client/problem-codes";
import { page, table } from "./markdown";
import { generatedNotice } from "./project";

/** What a client should do about each code. */
const advice: Readonly<Record<AuthErrorCode, string>> = {
  invalid_request:
    "Fix the request: `errors` names each invalid field and its rule. Do not retry it unchanged.",
  payload_too_large: "Send only the documented fields.",
  unsupported_media_type:
    "Set `Content-Type` to one of the two types, without a charset other than UTF-8.",
  not_found: "Check the path.",
  method_not_allowed: "Use one of the methods in the `Allow` header.",
  invalid_token:
    "Do not send this token again. Restart the sign-in with Google. If that fails too, compare the app's client id with `GOOGLE_CLIENT_IDS`.",
  token_expired:
    "Get a fresh ID token from Google, silently if the SDK supports it, and send that.",
  unauthenticated:
    "If you sent no token, sign in. Otherwise the token has expired, its session has ended, or another service issued it: refresh, or sign in again. `WWW-Authenticate` distinguishes the two cases.",
  invalid_refresh_token:
    "Discard the refresh token and sign in again. No session was revoked.",
  no_session:
    "Show the sign-in page. This is not a failure: it is a first visit, or the cookies were deleted.",
  reauthentication_required:
    "Have the user sign in with Google again, send the fresh ID token to `POST /auth/reauthenticate`, and repeat the request with the new access token. `max_age` in `WWW-Authenticate` is the maximum age of the sign-in, in seconds.",
  session_revoked:
    "Discard the tokens and sign in again. The user signed out, the session was ended for another reason, or a replaced refresh token was used again.",
  session_expired: "Discard the tokens and sign in again.",
  invalid_dpop_proof:
    "Create a new proof with a fresh `jti` and `iat`, the method and URL of this request, and the key that the session is bound to. Check the device's clock.",
  use_dpop_nonce:
    "Create a new proof with the nonce from the `DPoP-Nonce` header and repeat the request. Keep the nonce for subsequent requests.",
  hosted_domain_not_allowed:
    "Ask the user to choose an account of the organization. Do not retry with the same account.",
  email_not_verified:
    "Request the `email` scope from Google. If you already do, the user has to verify the address with Google first.",
  sign_up_not_allowed:
    "Show the user that no account exists, and how to get one.",
  account_disabled: "Show the user whom to contact. Do not retry.",
  service_account_not_allowed:
    "Use the ID token of a person. Programs cannot sign in.",
  profile_incomplete:
    "Refresh the tokens: the user may have completed the profile on another device. If `profileComplete` is still false, ask for the missing fields, send them to `POST /users/me/complete`, and refresh.",
  origin_not_allowed:
    "The client cannot fix this. Add the page's origin to `CORS_ORIGINS` in the service's configuration.",
  csrf_mismatch:
    "Restart the sign-in on a page of the host that receives the form, so that the cookie is set for that host. If that fails too, the browser blocks cookies, or another host of the domain has set a cookie of the same name.",
  insufficient_role:
    "Hide the action from this user. A new role takes effect with the next refresh.",
  identity_in_use:
    "Show that this account is linked to another user. If that user is the same person, they can sign in with the account and unlink it or delete that user.",
  last_identity: "Offer to link another account first, or to delete the user.",
  identity_limit_reached: "Unlink an account first.",
  rate_limited:
    "Wait `Retry-After` seconds before the next attempt; earlier attempts are rejected without being processed. Do not sign the user out.",
  identity_provider_unavailable:
    "Keep the ID token and send it again after `Retry-After` seconds. Do not sign the user out.",
  service_unavailable:
    "Send the same request again after `Retry-After` seconds. Do not sign the user out.",
  internal_error:
    "Show a generic message with the `requestId`, which identifies the log line.",
};

/** docs/errors.md: every error code. */
export function errorsPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Error codes",
    `Every error is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
Branch on \`code\`: its meaning and status are stable. Endpoints under \`/oauth/\` use
[OAuth error codes](oauth.md#errors) instead.`,
    `\`\`\`json
${JSON.stringify(exampleProblem(), null, 2)}
\`\`\``,
    `- \`errors\`, a list of \`{ field, message }\`, is included in \`invalid_request\` if individual fields are invalid.
- \`reason\` names the check that failed. It is always logged, and included in the response unless \`NODE_ENV\` is \`production\`.
- An application may use codes of its own, in the same format: see [\`SignInPolicy\`](seams.md#signinpolicy).
- \`Retry-After\` is sent with \`rate_limited\`, and with status 503 if the time is known. Otherwise wait a few seconds.
- [Troubleshooting](troubleshooting.md) lists the usual causes.`,
    table(
      ["Code", "Status", "Meaning", "What the client should do"],
      Object.entries(authErrorCodes).map(([code, { status, detail }]) => [
        `\`${code}\``,
        String(status),
        detail,
        advice[code as AuthErrorCode],
      ]),
    ),
    "## In the JavaScript client",
    `[\`nest-google-auth/client\`](client.md) throws an error with the \`code\`, what to do about it
(\`action\`) and a sentence for the user (\`message\`). The last three codes are added by the client: there
was no response, the response was not from the service, or Google's script could not be loaded. For an
application's own code, \`action\` is \`tell_user\` and \`message\` is the \`detail\` of the response.`,
    table(
      ["Code", "`action`", "`message`"],
      Object.entries(problemCodes).map(([code, [action, message]]) => [
        `\`${code}\``,
        `\`${action}\``,
        message,
      ]),
    ),
  ]);
}

function exampleProblem() {
  const { status, title, detail } = authErrorCodes.token_expired;
  const code: AuthErrorCode = "token_expired";
  return {
    type: `urn:nest-google-auth:error:${code}`,
    title,
    status,
    code,
    detail,
    requestId: "5f0c2f4e-6f2b-4c1e-9a51-0d5b7a1c9e33",
  };
}
