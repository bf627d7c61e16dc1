import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";
import type { GoogleGrant, GoogleGrants } from "./grants";
import { shownBy } from "./scopes";
import { Form, OAuthRefusal } from "./oauth-form";

/** The state of the userinfo endpoint. */
export interface UserInfoState {
  readonly grants: GoogleGrants;
  readonly now: () => Date;
}

/**
 * `GET` or `POST /v1/userinfo`, OpenID Connect Core §5.3, with an access token
 * in the `Authorization` header or in a form (RFC 6750 §2.2), never in the
 * query.
 *
 * @throws OAuthRefusal 401 for any other token
 */
export function userInfoAnswer(
  { grants, now }: UserInfoState,
  request: EmulatorRequest,
): EmulatorAnswer {
  const access = grants.access(accessTokenIn(request) ?? "", now());
  if (access === undefined) {
    throw new OAuthRefusal("invalid_request", "Invalid Credentials", 401, {
      "WWW-Authenticate":
        'Bearer realm="https://accounts.google.com/", error="invalid_token"',
    });
  }
  return jsonAnswer({
    ...claimsOf(access.grant),
    ...access.grant.userInfo,
  });
}

function accessTokenIn(request: EmulatorRequest): string | undefined {
  const { authorization = "" } = request.headers;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token !== undefined || request.method !== "POST") {
    return token;
  }
  return Form.of(request).get("access_token");
}

function claimsOf({ scopes, account }: GoogleGrant): Record<string, unknown> {
  const shown = shownBy(scopes, account);
  return {
    sub: shown.sub,
    name: shown.name,
    given_name: shown.givenName,
    family_name: shown.familyName,
    picture: shown.picture,
    email: shown.email,
    email_verified: shown.email === undefined ? undefined : shown.emailVerified,
    hd: shown.hd,
  };
}
