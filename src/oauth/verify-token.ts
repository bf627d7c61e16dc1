import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { IdentityVerifier } from "../identity/identity-verifier.port";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { OAUTH_OPTIONS, type OAuthOptions } from "./oauth.options";
import type { VerifiedTokenDto } from "./verify-token.dto";

/**
 * Verifies ID tokens for other components. Only the token is verified: the
 * sign-in policy is not applied, and nothing is stored or consumed.
 */
@Injectable()
export class VerifyToken {
  private readonly clientIds: ReadonlySet<string>;

  constructor(
    private readonly verifier: IdentityVerifier,
    @Inject(OAUTH_OPTIONS) { clientIds }: OAuthOptions,
  ) {
    this.clientIds = new Set(clientIds);
  }

  /**
   * @param token untrusted
   * @param clientId one of ours, for which the token must have been issued
   * @throws AuthError `invalid_token`, also for another `clientId` and for
   *   service accounts, `token_expired`, `identity_provider_unavailable`
   */
  async run(token: string, clientId: string): Promise<VerifiedTokenDto> {
    // No token for an unknown client is valid, so the provider need not be
    // asked.
    if (!this.clientIds.has(clientId)) refuse("client_id_not_ours");
    const identity = await this.verifier.verify(token).catch(refusePrograms);
    if (identity.clientId !== clientId) refuse("wrong_audience");
    return claimsOf(identity);
  }
}

function claimsOf(identity: VerifiedIdentity): VerifiedTokenDto {
  const { email } = identity;
  return {
    active: true,
    iss: identity.issuer,
    sub: identity.subject,
    aud: identity.clientId,
    azp: identity.authorizedParty,
    email: email ?? undefined,
    email_verified: email === null ? undefined : identity.emailVerified,
    hd: identity.hostedDomain ?? undefined,
    name: identity.name ?? undefined,
    given_name: identity.givenName ?? undefined,
    family_name: identity.familyName ?? undefined,
    picture: identity.picture ?? undefined,
    locale: identity.locale ?? undefined,
    nonce: identity.nonce ?? undefined,
    iat: identity.issuedAt,
    exp: identity.expiresAt,
  };
}

/**
 * This route does not decide who may sign in, only whether a token is valid.
 */
function refusePrograms(error: unknown): never {
  const isProgram =
    error instanceof AuthError && error.code === "service_account_not_allowed";
  if (isProgram) refuse("service_account");
  throw error;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
