import { createHash } from "node:crypto";
import {
  jsonAnswer,
  type EmulatorAnswer,
  type EmulatorRequest,
} from "./emulator-answer";
import type { GoogleAuthorizationCodes } from "./authorization-codes";
import {
  ACCESS_TOKEN_SECONDS,
  type GoogleGrant,
  type GoogleGrants,
} from "./grants";
import type { IdTokenOptions } from "./id-token.mint";
import { authenticateClient, type RegisteredClients } from "./oauth-client";
import { asksForIdToken, shownBy } from "./scopes";
import { Form, NOT_STORED, OAuthRefusal } from "./oauth-form";

/** The state of the token endpoint. */
export interface TokenEndpointState extends RegisteredClients {
  readonly codes: GoogleAuthorizationCodes;
  readonly grants: GoogleGrants;
  readonly now: () => Date;
  readonly idToken: (options: IdTokenOptions) => Promise<string>;
}

/**
 * `POST /token`: exchanges authorization codes and refresh tokens for access
 * and ID tokens, with Google's error messages.
 * https://developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code
 *
 * @throws OAuthRefusal
 */
export async function tokenAnswer(
  state: TokenEndpointState,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const form = Form.of(request);
  const grantType = form.get("grant_type");
  if (grantType === undefined) {
    throw new OAuthRefusal(
      "invalid_request",
      "Required parameter is missing: grant_type",
    );
  }
  switch (grantType) {
    case "authorization_code": {
      const clientId = authenticateClient(state, request, form);
      const grant = redeemCode(state, form, clientId);
      return tokensOf(state, grant, {
        nonce: grant.nonce,
        ...(grant.offline && {
          refreshToken: state.grants.newRefreshToken(grant),
        }),
      });
    }
    case "refresh_token": {
      const clientId = authenticateClient(state, request, form);
      return tokensOf(state, refreshedGrant(state, form, clientId), {});
    }
    default:
      throw new OAuthRefusal(
        "unsupported_grant_type",
        `Invalid grant_type: ${grantType}`,
      );
  }
}

/** The `at_hash` of an access token: OpenID Connect Core §3.1.3.6, for RS256. */
export function accessTokenHash(accessToken: string): string {
  const digest = createHash("sha256").update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

function redeemCode(
  { codes, grants, now }: TokenEndpointState,
  form: Form,
  clientId: string,
): GoogleGrant {
  const code = form.need("code");
  // An empty value is allowed: codes of the Android and iOS SDKs have it.
  const redirectUri = form.has("redirect_uri")
    ? (form.get("redirect_uri") ?? "")
    : form.need("redirect_uri");
  const codeVerifier = form.get("code_verifier");
  const outcome = codes.redeem(
    { code, clientId, redirectUri, codeVerifier },
    now(),
  );
  switch (outcome.kind) {
    case "redeemed":
      return outcome.grant;
    case "reused":
      grants.revoke(outcome.grant);
      throw new OAuthRefusal("invalid_grant", "Bad Request");
    case "refused":
      throw new OAuthRefusal(
        outcome.error,
        outcome.description,
        outcome.status,
      );
  }
}

function refreshedGrant(
  { grants }: TokenEndpointState,
  form: Form,
  clientId: string,
): GoogleGrant {
  const grant = grants.refresh(form.need("refresh_token"));
  if (grant === undefined) {
    throw new OAuthRefusal(
      "invalid_grant",
      "Token has been expired or revoked.",
    );
  }
  if (grant.clientId !== clientId) {
    throw new OAuthRefusal("unauthorized_client", "Unauthorized", 401);
  }
  return grant;
}

async function tokensOf(
  state: TokenEndpointState,
  grant: GoogleGrant,
  first: { readonly nonce?: string; readonly refreshToken?: string },
): Promise<EmulatorAnswer> {
  const accessToken = state.grants.newAccessToken(grant, state.now());
  const answer = {
    access_token: accessToken,
    expires_in: ACCESS_TOKEN_SECONDS,
    refresh_token: first.refreshToken,
    scope: grant.scopes.join(" "),
    token_type: "Bearer",
    id_token: asksForIdToken(grant.scopes)
      ? await idTokenOf(state, grant, accessToken, first.nonce)
      : undefined,
  };
  return jsonAnswer(
    { ...answer, ...grant.tokenAnswer },
    { headers: NOT_STORED },
  );
}

/** Without `nbf` and `jti`, which only Google Identity Services adds. */
function idTokenOf(
  state: TokenEndpointState,
  { account, clientId, idToken, scopes }: GoogleGrant,
  accessToken: string,
  nonce: string | undefined,
): Promise<string> {
  return state.idToken({
    ...idToken,
    account: idToken.account ?? shownBy(scopes, account),
    audience: idToken.audience ?? clientId,
    nonce: idToken.nonce ?? nonce,
    claims: {
      at_hash: accessTokenHash(accessToken),
      nbf: undefined,
      jti: undefined,
      ...idToken.claims,
    },
  });
}
