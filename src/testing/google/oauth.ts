import type { EmulatorRoute } from "./emulator-answer";
import type { AuthorizationCodeOptions } from "./authorization-code.options";
import { GoogleAuthorizationCodes } from "./authorization-codes";
import { authorizationAnswer } from "./authorization.endpoint";
import { ChooserAccounts } from "./chooser.accounts";
import { GoogleGrants } from "./grants";
import { accountOf, type IdTokenOptions } from "./id-token.mint";
import type { GoogleKeyRing } from "./key-ring";
import {
  codePopupAnswer,
  oneTapAnswer,
  popupAnswer,
  revokeConsentAnswer,
} from "./gsi.endpoint";
import { buttonAnswer } from "./identity-services.endpoint";
import { oauthPaths } from "./oauth.paths";
import type { RedirectUriOptions } from "./redirect-uris";
import { revokeAnswer } from "./revoke.endpoint";
import { DEFAULT_SCOPE, scopesOf } from "./scopes";
import { tokenAnswer } from "./token.endpoint";
import { oldTokenInfoAnswer, tokenInfoAnswer } from "./tokeninfo.endpoint";
import { userInfoAnswer } from "./userinfo.endpoint";
import { oauthAnswer } from "./oauth-form";
import { uiFileAnswer } from "./ui-file";

/** The dependencies of {@link GoogleOAuth}. */
export interface GoogleOAuthContext {
  readonly keys: GoogleKeyRing;
  readonly clientIds: readonly [string, ...string[]];
  readonly clientSecret: string;
  now(): Date;
  idToken(options: IdTokenOptions): Promise<string>;
}

/**
 * Google's OAuth endpoints: authorization codes and the tokens they are
 * exchanged for.
 */
export class GoogleOAuth {
  readonly #google: GoogleOAuthContext;
  readonly #codes = new GoogleAuthorizationCodes();
  readonly #grants = new GoogleGrants();

  /** The accounts that the chooser lists. */
  readonly accounts = new ChooserAccounts();
  readonly #consents = new Set<string>();
  readonly #registered: RedirectUriOptions;

  /** @param registered the allowed redirect URIs */
  constructor(google: GoogleOAuthContext, registered: RedirectUriOptions = {}) {
    this.#google = google;
    this.#registered = registered;
  }

  /**
   * Issues an authorization code for one use within ten minutes.
   *
   * @throws EmulatorInputError if the options are invalid
   */
  authorizationCode(options: AuthorizationCodeOptions = {}): string {
    const { redirectUri = "postmessage", codeChallenge } = options;
    const { codeChallengeMethod } = options;
    const grant = {
      clientId: options.clientId ?? this.#google.clientIds[0],
      account: accountOf(options.account ?? "consumer"),
      scopes: scopesOf(options.scope ?? DEFAULT_SCOPE),
      nonce: options.nonce,
      offline: options.offline ?? false,
      idToken: options.idToken ?? {},
      userInfo: options.userInfo ?? {},
      tokenAnswer: options.tokenAnswer ?? {},
    };
    return this.#codes.issue(
      { grant, redirectUri, codeChallenge, codeChallengeMethod },
      this.#google.now(),
    );
  }

  /** The pages for the browser, then the endpoints for the app's server. */
  routes(): readonly EmulatorRoute[] {
    const google = this.#google;
    const state = {
      keys: google.keys,
      clientIds: google.clientIds,
      clientSecret: google.clientSecret,
      codes: this.#codes,
      grants: this.#grants,
      now: () => google.now(),
      idToken: (options: IdTokenOptions) => google.idToken(options),
      accounts: this.accounts,
      consents: this.#consents,
      registered: this.#registered,
      authorizationCode: (options: AuthorizationCodeOptions) =>
        this.authorizationCode(options),
    };
    return [
      {
        method: "GET",
        path: oauthPaths.authorization,
        answer: (request) => authorizationAnswer(state, request),
      },
      {
        method: "GET",
        path: oauthPaths.identityServices,
        answer: (request) => buttonAnswer(state, request),
      },
      {
        method: "GET",
        path: oauthPaths.gsiClient,
        answer: () => uiFileAnswer("gsi-client.js"),
      },
      {
        method: "GET",
        path: oauthPaths.gsiPopup,
        answer: (request) => popupAnswer(state, request),
      },
      {
        method: "GET",
        path: oauthPaths.gsiOneTap,
        answer: (request) => oneTapAnswer(state, request),
      },
      {
        method: "GET",
        path: oauthPaths.gsiCode,
        answer: (request) => codePopupAnswer(state, request),
      },
      {
        method: "POST",
        path: oauthPaths.gsiRevoke,
        answer: (request) => revokeConsentAnswer(state, request),
      },
      route("POST", oauthPaths.token, (request) => tokenAnswer(state, request)),
      ...[oauthPaths.userInfo, oauthPaths.oldUserInfo].flatMap((path) =>
        both(path, (request) => userInfoAnswer(state, request)),
      ),
      ...both(oauthPaths.tokenInfo, (request) =>
        tokenInfoAnswer(state, request),
      ),
      ...both(oauthPaths.oldTokenInfo, (request) =>
        oldTokenInfoAnswer(state, request),
      ),
      route("POST", oauthPaths.revoke, (request) =>
        revokeAnswer(state, request),
      ),
    ];
  }
}

function route(
  method: EmulatorRoute["method"],
  path: string,
  answer: EmulatorRoute["answer"],
): EmulatorRoute {
  return { method, path, answer: oauthAnswer(answer) };
}

function both(
  path: string,
  answer: EmulatorRoute["answer"],
): readonly EmulatorRoute[] {
  return [route("GET", path, answer), route("POST", path, answer)];
}
