import type { CodeChallengeMethod } from "./authorization-codes";
import { isRedirectUri, type RedirectUriOptions } from "./redirect-uris";
import { asksForIdToken, scopesOf } from "./scopes";
import { Form, OAuthRefusal } from "./oauth-form";

/** How the response is sent to the app. */
export type ResponseMode = "query" | "fragment" | "form_post";

/** An authorization request whose response may be sent to the app. */
export interface AuthorizationQuery {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly responseType: "code" | "id_token";
  readonly responseMode: ResponseMode;
  readonly scope: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string | undefined;
  readonly codeChallengeMethod: CodeChallengeMethod | undefined;
  readonly isOffline: boolean;
  readonly prompts: readonly string[];
  readonly loginHint: string | undefined;
  readonly hostedDomain: string | undefined;
}

/** The response types that the emulator supports. */
export const RESPONSE_TYPES: readonly string[] = ["code", "id_token"];
export const RESPONSE_MODES: readonly string[] = [
  "query",
  "fragment",
  "form_post",
];

/**
 * Parses an authorization request, OpenID Connect Core §3.1.2.1:
 * https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters
 *
 * @throws OAuthRefusal for any error; Google shows it and does not redirect
 */
export function parseAuthorization(
  query: URLSearchParams,
  clientIds: readonly string[],
  registered: RedirectUriOptions,
): AuthorizationQuery {
  const form = Form.from(query);
  const clientId = form.need("client_id");
  if (!clientIds.includes(clientId)) {
    throw new OAuthRefusal(
      "invalid_client",
      "The OAuth client was not found.",
      401,
    );
  }
  const redirectUri = form.need("redirect_uri");
  if (!isRedirectUri(redirectUri, registered)) {
    throw new OAuthRefusal(
      "redirect_uri_mismatch",
      "The redirect URI is not registered: without redirectUris, only local ones are.",
    );
  }
  const responseType = form.need("response_type");
  if (responseType !== "code" && responseType !== "id_token") {
    throw new OAuthRefusal(
      "unsupported_response_type",
      `The emulator only supports ${RESPONSE_TYPES.join(" and ")}.`,
    );
  }
  return {
    clientId,
    redirectUri,
    responseType,
    responseMode: modeOf(form, responseType),
    scope: scopeOf(form, responseType),
    state: form.get("state"),
    nonce: responseType === "id_token" ? form.need("nonce") : form.get("nonce"),
    ...challengeOf(form),
    isOffline: form.get("access_type") === "offline",
    prompts: form.get("prompt")?.split(" ") ?? [],
    loginHint: form.get("login_hint"),
    hostedDomain: form.get("hd"),
  };
}

/**
 * An ID token is never sent in a query: OAuth 2.0 Multiple Response Types §3.
 */
function modeOf(form: Form, responseType: string): ResponseMode {
  const usual = responseType === "code" ? "query" : "fragment";
  const mode = form.get("response_mode") ?? usual;
  if (
    (mode === "query" && responseType === "code") ||
    mode === "fragment" ||
    mode === "form_post"
  ) {
    return mode;
  }
  throw new OAuthRefusal("invalid_request", `Invalid response_mode: ${mode}`);
}

function scopeOf(form: Form, responseType: string): string {
  const scope = form.need("scope");
  if (responseType === "id_token" && !asksForIdToken(scopesOf(scope))) {
    throw new OAuthRefusal("invalid_request", "The scope must include openid.");
  }
  return scope;
}

function challengeOf(
  form: Form,
): Pick<AuthorizationQuery, "codeChallenge" | "codeChallengeMethod"> {
  const codeChallenge = form.get("code_challenge");
  const method = form.get("code_challenge_method");
  if (method !== undefined && method !== "S256" && method !== "plain") {
    throw new OAuthRefusal(
      "invalid_request",
      `Invalid code_challenge_method: ${method}`,
    );
  }
  if (method !== undefined && codeChallenge === undefined) {
    throw new OAuthRefusal(
      "invalid_request",
      "Missing required parameter: code_challenge",
    );
  }
  return { codeChallenge, codeChallengeMethod: method };
}
