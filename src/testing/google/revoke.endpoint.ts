import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";
import type { GoogleGrants } from "./grants";
import { Form, OAuthRefusal } from "./oauth-form";

/**
 * `POST /revoke`: an access or refresh token, in the form or, as Google allows,
 * in the query. Every token of the same consent ends with it. Needs no client.
 * https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
 *
 * @throws OAuthRefusal 400 `invalid_token` when it is neither, or has ended
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
