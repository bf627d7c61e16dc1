import { Inject, Injectable, Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import {
  type CodeExchangeOptions,
  IDENTITY_OPTIONS,
  type IdentityOptions,
} from "../identity.options";
import { IdentityVerifier } from "../identity-verifier.port";
import type { VerifiedIdentity } from "../verified-identity";
import { belongsToAccessToken } from "./at-hash";
import {
  exchangeCode,
  type PresentedCode,
} from "./google-code-exchange.request";
import { fetchUserInfo, type UserInfo } from "./google-user-info";
import { parseIdToken } from "./id-token.parser";

/**
 * The redirect URI of codes that were requested through Google's popup.
 *
 * @see https://developers.google.com/identity/oauth2/web/guides/use-code-model
 */
export const popupRedirectUri = "postmessage";

/**
 * The redirect URI of server auth codes of Android and iOS apps.
 *
 * @see https://developers.google.com/identity/sign-in/android/offline-access
 */
const mobileRedirectUri = "";

/**
 * Exchanges an authorization code of Google's for a verified identity. Google's
 * tokens are not kept.
 */
@Injectable()
export class GoogleCodeExchange {
  private readonly logger = new Logger(GoogleCodeExchange.name);
  private readonly options: CodeExchangeOptions | null;
  private readonly redirectUris: ReadonlySet<string>;

  constructor(
    @Inject(IDENTITY_OPTIONS) { codeExchange = null }: IdentityOptions,
    private readonly verifier: IdentityVerifier,
  ) {
    this.options = codeExchange;
    this.redirectUris = new Set([
      popupRedirectUri,
      mobileRedirectUri,
      ...(codeExchange?.redirectUris ?? []),
    ]);
  }

  /** Whether the code exchange is configured. */
  get isOn(): boolean {
    return this.options !== null;
  }

  /**
   * Concurrency: if one code is presented many times at once, Google accepts one.
   *
   * @param presented untrusted; without a redirect URI it is `postmessage`
   * @throws AuthError `invalid_request` for a redirect URI that is not ours,
   *   before Google is called; `invalid_token`, `identity_provider_unavailable`,
   *   and what the verifier throws; `not_found` when it is off
   */
  async run({
    redirectUri = popupRedirectUri,
    ...presented
  }: Partial<PresentedCode> &
    Pick<PresentedCode, "code">): Promise<VerifiedIdentity> {
    const { options } = this;
    if (!options) throw new AuthError("not_found", { reason: "no_code_flow" });
    if (!this.redirectUris.has(redirectUri)) {
      throw new AuthError("invalid_request", {
        errors: [
          {
            field: "redirectUri",
            message: `must be one of GOOGLE_REDIRECT_URIS, ${popupRedirectUri} or empty`,
          },
        ],
      });
    }
    const { idToken, accessToken } = await exchangeCode(
      { ...presented, redirectUri },
      options,
    );
    const identity = await this.verifier.verify(idToken);
    if (identity.clientId !== options.clientId) refuse("wrong_audience");
    if (!belongsToAccessToken(parseIdToken(idToken).claims, accessToken)) {
      refuse("access_token_hash_mismatch");
    }
    return this.completed(identity, accessToken, options.userinfoUrl);
  }

  /**
   * Google may omit the profile from an ID token. The identity is verified
   * without it, so the sign-in continues if userinfo is unavailable.
   */
  private async completed(
    identity: VerifiedIdentity,
    accessToken: string,
    userinfoUrl: string,
  ): Promise<VerifiedIdentity> {
    const { name, givenName, familyName, picture, locale } = identity;
    // Not for `locale`: Google hardly ever sends it, so that every sign-in would
    // cost a second request.
    if (name && givenName && familyName && picture) return identity;
    let info: UserInfo;
    try {
      info = await fetchUserInfo(userinfoUrl, accessToken);
    } catch (cause) {
      this.logger.warn(
        { err: cause },
        "userinfo is unavailable; signing in without it",
      );
      return identity;
    }
    // The answer mixes two people's tokens: none of it can be trusted.
    if (info.subject !== identity.subject) refuse("userinfo_subject_mismatch");
    return {
      ...identity,
      name: name ?? info.name,
      givenName: givenName ?? info.givenName,
      familyName: familyName ?? info.familyName,
      picture: picture ?? info.picture,
      locale: locale ?? info.locale,
    };
  }
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
