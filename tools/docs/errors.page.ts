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
    "Fix the request: `errors` names each field and its rule. Retrying the same request does not help.",
  payload_too_large: "Send only the documented fields.",
  unsupported_media_type:
    "Set `Content-Type` to one of the two types, without a charset other than UTF-8.",
  not_found: "Check the path.",
  method_not_allowed: "Use one of the methods in the `Allow` header.",
  invalid_token:
    "Do not send this token again. Restart the sign-in with Google; if that does not help, compare the app's client id with `GOOGLE_CLIENT_IDS`.",
  token_expired:
    "Get a new ID token from Google, silently if the SDK supports it, and send that.",
  unauthenticated:
    "Without a token: sign in. With a token: it has expired, its session has ended, or it was not issued by this service; refresh, or sign in again. `WWW-Authenticate` distinguishes the two.",
  invalid_refresh_token: "Discard it and sign in again. No session was ended.",
  no_session:
    "Show the sign-in: this is a first visit, or the cookies were deleted. It is not an error.",
  reauthentication_required:
    "Have the user sign in with Google again, send the new ID token to `POST /auth/reauthenticate`, and repeat the request with the new access token. `max_age` in `WWW-Authenticate` is the maximum age of the sign-in, in seconds.",
  session_revoked:
    "Discard the tokens and sign in again. The session was ended, or a refresh token was reused after it had been replaced.",
  session_expired: "Discard the tokens and sign in again.",
  invalid_dpop_proof:
    "Create a new proof with a new `jti` and `iat`, the method and URL of this request, and the key that the session is bound to. Check the device's clock.",
  use_dpop_nonce:
    "Create a new proof with the nonce of the `DPoP-Nonce` header, and retry the request once. Use the nonce for subsequent requests.",
  hosted_domain_not_allowed:
    "Ask the user to choose an account of the organization. The same account will be refused again.",
  email_not_verified:
    "Request the `email` scope from Google. If it is already requested, the user must verify the address with Google first.",
  sign_up_not_allowed:
    "Tell the user that there is no account, and how to get one.",
  account_disabled: "Tell the user whom to contact. Retrying does not help.",
  service_account_not_allowed:
    "Use the ID token of a user. Service accounts cannot sign in.",
  profile_incomplete:
    "Refresh the tokens, because the profile may have been completed on another device. If `profileComplete` is still false, ask for the missing fields, send them to `POST /users/me/complete`, and refresh.",
  origin_not_allowed:
    "Nothing at run time. Add the page's origin to `CORS_ORIGINS` in the service's configuration.",
  csrf_mismatch:
    "Restart the sign-in on a page of the host that the form is sent to, where the cookie is set. If that does not help, the browser blocks cookies, or another host of the domain has set a cookie with the same name.",
  insufficient_role:
    "Hide the action from this user. A new role takes effect with the next refresh.",
  identity_in_use:
    "Tell the user that the Google account is linked to another user. If that user is also theirs, they can sign in with it and delete that user or unlink the account.",
  last_identity: "Offer to link another account first, or to delete the user.",
  identity_limit_reached: "Unlink an account first.",
  rate_limited:
    "Wait for `Retry-After` seconds before the next attempt; earlier ones are refused. Do not sign the user out.",
  identity_provider_unavailable:
    "Keep the ID token and send it again after `Retry-After` seconds. Do not sign the user out.",
  service_unavailable:
    "Send the same request again after `Retry-After` seconds. Do not sign the user out.",
  internal_error:
    "Show a general message with the `requestId`, which identifies the log entry.",
};

/** docs/errors.md: every error code. */
export function errorsPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Error codes",
    `Every error is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
Branch on \`code\`: a code never changes its meaning or its status. The endpoints under \`/oauth/\`
return OAuth errors, see [OAuth](oauth.md#errors).`,
    `\`\`\`json
${JSON.stringify(exampleProblem(), null, 2)}
\`\`\``,
    `- \`errors\`, a list of \`{ field, message }\`, comes with \`invalid_request\` if individual fields are invalid.
- \`reason\` names the check that failed. It is always logged, but only part of the response if \`NODE_ENV\` is not \`production\`.
- An application may return its own codes in the same format: see [\`SignInPolicy\`](seams.md#signinpolicy).
- \`Retry-After\` comes with \`rate_limited\`, and with codes of status 503 if the time is known. Without it, wait a few seconds.`,
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
(\`action\`) and a sentence for the user (\`message\`). The last three codes are the client's own:
there was no response, it was not from the service, or Google's script could not be loaded. For the
application's own codes, \`action\` is \`tell_user\` and \`message\` is the \`detail\` of the response.`,
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
