import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { oneTimeUseOf } from "../sessions/one-time-use";
import {
  type Session,
  type SessionContext,
  SessionStore,
} from "../sessions/session-store.port";
import {
  type IssuedRefreshToken,
  RefreshTokens,
} from "../sessions/refresh-tokens";
import { AccessTokens, type IssuedAccessToken } from "../tokens/access-tokens";
import type { User } from "../users/user-directory.port";
import { AUTH_OPTIONS, type AuthOptions } from "./auth.options";
import { SignInPolicy } from "./sign-in-policy.port";

/** Somebody has signed in. */
export interface SignedIn {
  readonly user: User;
  readonly isNewUser: boolean;
  readonly session: Session;
  readonly accessToken: IssuedAccessToken;
  readonly refreshToken: IssuedRefreshToken;
}

/** From a proved identity to a signed-in user. */
@Injectable()
export class SignIn {
  constructor(
    private readonly policy: SignInPolicy,
    private readonly sessions: SessionStore,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /**
   * @param identity as the verifier proved it
   * @param context where the sign-in comes from
   * @throws AuthError with the policy's code, `sign_up_not_allowed`,
   *   `account_disabled`, `invalid_token` when the token or its nonce has been
   *   used up, `service_unavailable`
   */
  async run(
    identity: VerifiedIdentity,
    context: SessionContext,
  ): Promise<SignedIn> {
    const admission = await this.policy.admit(identity);
    if (admission.kind === "refused") throw new AuthError(admission.code);
    const outcome = await this.sessions.signIn(
      identity,
      { ...admission, uses: oneTimeUseOf(identity, this.options.oneTime) },
      context,
    );
    if (outcome.kind === "used-up") {
      throw new AuthError("invalid_token", { reason: outcome.reason });
    }
    if (outcome.kind === "disabled") throw new AuthError("account_disabled");
    if (outcome.kind === "unknown") throw new AuthError("sign_up_not_allowed");
    const { user, session, isNewUser } = outcome;
    return {
      user,
      isNewUser,
      session,
      accessToken: await this.accessTokens.issue({
        userId: user.id,
        sessionId: session.id,
        clientId: session.clientId,
        roles: user.roles,
        authenticatedAt: session.createdAt,
      }),
      refreshToken: this.refreshTokens.issue(session),
    };
  }
}
