import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";
import type { GoogleGrants } from "./grants";
import { Form, OAuthRefusal } from "./oauth-form";

/**
 * `POST /revoke` with an access or refresh token in the form or, as Google
 * allows, in the query. Revokes all tokens of the same consent. Requires no
 * client authentication.
 * https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
 *
 * @throws OAuthRefusal 400 `invalid_token` if the token is unknown, expired or
 *   revoked
 */
export function revokeAnswer(
  { grants, now }: { readonly grants: GoogleGrants; readonly now: () => Date },
  request: EmulatorRequest,
): EmulatorAnswer {
  const form = Form.of(request);
  const token = form.get("token") ?? Form.from(request.query).need("token");
  const grant = grants.access(token, now())?.grant ?? grants.refresh(token);
  if (grant === undefined) {
    throw new OAuthRefusal("invalid_token", "Token expired or revoked");
  }
  grants.revoke(grant);
  return jsonAnswer({});
}
