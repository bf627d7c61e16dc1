import type { EmulatorAnswer, EmulatorRequest } from "./emulator-answer";
import type { GoogleAccount } from "./accounts";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import {
  parseAuthorization,
  type AuthorizationQuery,
} from "./authorization.request";
import type { ChooserAccounts } from "./chooser.accounts";
import { choiceOf, withoutChoice } from "./chooser.choice";
import { chooserAnswer, refusalPage } from "./chooser.page";
import { GOOGLE_ISSUER, type IdTokenOptions } from "./id-token.mint";
import type { RedirectUriOptions } from "./redirect-uris";
import { scopesOf, shownBy } from "./scopes";
import { formPostAnswer } from "./html-page";
import { OAuthRefusal } from "./oauth-form";

/** The state of the authorization endpoint. */
export interface AuthorizationState {
  readonly clientIds: readonly string[];
  readonly registered: RedirectUriOptions;
  readonly accounts: ChooserAccounts;
  /** The consents: client id and `sub`, separated by a space. */
  readonly consents: Set<string>;
  readonly authorizationCode: (options: AuthorizationCodeOptions) => string;
  readonly idToken: (options: IdTokenOptions) => Promise<string>;
}

type Parameters = Readonly<Record<string, string | undefined>>;

/**
 * `GET /o/oauth2/v2/auth`: shows the accounts and redirects to the app when one
 * is chosen. With `prompt=none` and the `login_hint` of an account, the user is
 * not asked. Errors in the request are shown and never sent to a redirect URI.
 */
export async function authorizationAnswer(
  state: AuthorizationState,
  { path, query }: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const asked = withoutChoice(query);
  try {
    const request = parseAuthorization(
      asked,
      state.clientIds,
      state.registered,
    );
    const choice = chosenBy(state, request, query);
    if (choice === undefined) {
      return chooserAnswer(state.accounts, path, asked, request);
    }
    const parameters =
      "error" in choice ? choice : await grantedTo(state, request, choice);
    return answerTo(request, parameters);
  } catch (cause) {
    if (!(cause instanceof OAuthRefusal)) {
      throw cause;
    }
    return refusalPage(cause.status, cause.error, cause.description);
  }
}

function chosenBy(
  { accounts }: AuthorizationState,
  { prompts, loginHint }: AuthorizationQuery,
  query: URLSearchParams,
): GoogleAccount | { readonly error: string } | undefined {
  if (prompts.includes("none")) {
    const hinted = loginHint && accounts.hinted(loginHint);
    return hinted || { error: "interaction_required" };
  }
  const choice = choiceOf(query, accounts);
  return choice === "cancel" ? { error: "access_denied" } : choice;
}

async function grantedTo(
  state: AuthorizationState,
  request: AuthorizationQuery,
  account: GoogleAccount,
): Promise<Parameters> {
  const { clientId, scope, nonce } = request;
  const scopes = scopesOf(scope);
  if (request.responseType === "id_token") {
    const id_token = await state.idToken({
      account: shownBy(scopes, account),
      audience: clientId,
      nonce,
    });
    return { id_token, authuser: "0", prompt: "none" };
  }
  const consent = `${clientId} ${account.sub}`;
  const isAsked =
    request.prompts.includes("consent") || !state.consents.has(consent);
  state.consents.add(consent);
  const code = state.authorizationCode({
    account,
    clientId,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
    codeChallengeMethod: request.codeChallengeMethod,
    scope,
    nonce,
    // Google only issues a refresh token with a consent, not at each sign-in.
    offline: request.isOffline && isAsked,
  });
  return {
    code,
    scope: scopes.join(" "),
    authuser: "0",
    hd: account.hd,
    prompt: isAsked ? "consent" : "none",
  };
}

/** With the issuer of RFC 9207, as declared in Google's metadata. */
function answerTo(
  { redirectUri, responseMode, state }: AuthorizationQuery,
  parameters: Parameters,
): EmulatorAnswer {
  const fields = Object.fromEntries(
    Object.entries({ state, iss: GOOGLE_ISSUER, ...parameters }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  if (responseMode === "form_post") {
    return formPostAnswer(redirectUri, fields);
  }
  const joint = redirectUri.includes("?") ? "&" : "?";
  const mark = responseMode === "fragment" ? "#" : joint;
  const Location = `${redirectUri}${mark}${new URLSearchParams(fields).toString()}`;
  return {
    status: 302,
    headers: { Location, "Cache-Control": "no-store" },
    body: "",
  };
}
