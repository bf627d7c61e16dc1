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
    "Mend the request: `errors` names each field and its rule. Sending the same again gives the same answer.",
  payload_too_large: "Send only the documented fields.",
  unsupported_media_type:
    "Set `Content-Type` to one of the two types, without a charset other than UTF-8.",
  not_found: "Check the path.",
  method_not_allowed: "Use one of the methods in the `Allow` header.",
  invalid_token:
    "Do not send this token again. Start the sign-in with Google anew; if that does not help either, compare the app's client id with `GOOGLE_CLIENT_IDS`.",
  token_expired:
    "Get a fresh ID token from Google, silently where the SDK can, and send that.",
  unauthenticated:
    "Without a token: sign in. With one: it has expired, its session has ended, or it is not ours; refresh, or sign in again. `WWW-Authenticate` tells the two apart.",
  invalid_refresh_token:
    "Throw it away and sign in again. Nothing was ended by it.",
  no_session:
    "Show the sign-in: it is a first visit, or the cookies are gone. Nothing went wrong.",
  reauthentication_required:
    "Have the user sign in with Google again, send the fresh ID token to `POST /auth/reauthenticate`, and repeat the request with the new access token. `max_age` in `WWW-Authenticate` says how recent it has to be, in seconds.",
  session_revoked:
    "Throw the tokens away and sign in again. Somebody has signed out, or a refresh token came back after it had been replaced.",
  session_expired: "Throw the tokens away and sign in again.",
  invalid_dpop_proof:
    "Make a new proof: a fresh `jti` and `iat`, the method and the address of this very request, and the key that the session began with. Check the device's clock.",
  use_dpop_nonce:
    "Make the proof again with the nonce of the `DPoP-Nonce` header, and send the same request once more. Keep the nonce for the next ones.",
  hosted_domain_not_allowed:
    "Tell the user to choose the account of the organization. The same account is refused again.",
  email_not_verified:
    "Ask Google for the `email` scope. If that is done, the user has to verify the address with Google first.",
  sign_up_not_allowed:
    "Tell the user that there is no account here, and how to get one.",
  account_disabled: "Tell the user whom to ask. Trying again does not help.",
  service_account_not_allowed:
    "Use the ID token of a person. Programs do not sign in here.",
  profile_incomplete:
    "Refresh the tokens, for it may have been finished on another device. If `profileComplete` is still false, ask for what is missing, send it to `POST /users/me/complete`, and refresh.",
  origin_not_allowed:
    "Nothing at run time. In the service's configuration, add the page's origin to `CORS_ORIGINS`.",
  csrf_mismatch:
    "Begin the sign-in anew, on a page of the host that the form is sent to: the cookie is set there. If that does not help, the browser refuses cookies, or another host of the domain has set one of the same name.",
  insufficient_role:
    "Hide the action from this user. A new role counts from the next refresh on.",
  identity_in_use:
    "Tell the user that this account belongs to another user here. Sign in with it and delete that user, or unlink it there, if that is the user's as well.",
  last_identity: "Offer to link another account first, or to delete the user.",
  identity_limit_reached: "Unlink an account first.",
  rate_limited:
    "Wait for `Retry-After` seconds before the next attempt; an earlier one is refused unseen. Do not sign the user out.",
  identity_provider_unavailable:
    "Keep the ID token and send it again after `Retry-After` seconds. Do not sign the user out.",
  service_unavailable:
    "Send the same request again after `Retry-After` seconds. Do not sign the user out.",
  internal_error:
    "Show a general message with the `requestId`; it finds the line in the log.",
};

/** docs/errors.md: every error code. */
export function errorsPage(): Promise<string> {
  return page([
    generatedNotice,
    "# Error codes",
    `Every error is \`application/problem+json\` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
Branch on \`code\`: a code never changes its meaning or its status. The endpoints under \`/oauth/\` tell
them in the words of OAuth, see [there](oauth.md#errors).`,
    `\`\`\`json
${JSON.stringify(exampleProblem(), null, 2)}
\`\`\``,
    `- \`errors\`, a list of \`{ field, message }\`, comes with \`invalid_request\` where single fields are wrong.
- \`reason\` names the check that refused. It is in the log always, and in the answer only when \`NODE_ENV\` is not \`production\`.
- An application may answer with codes of its own, in the same form: see [\`SignInPolicy\`](seams.md#signinpolicy).
- \`Retry-After\` comes with \`rate_limited\`, and with the codes of status 503 where a time is known. Without it, wait a few seconds.`,
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
(\`action\`) and a sentence for the user (\`message\`). The last three codes are its own: no answer
came, it was not one of the service's, or Google's script could not be loaded. For a code of the
application's own, \`action\` is \`tell_user\` and \`message\` is the \`detail\` of the answer.`,
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
