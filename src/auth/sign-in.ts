import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { VerifiedIdentity } from "../identity/verified-identity";
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
  ) {}

  /**
   * @param identity as the verifier proved it
   * @param context where the sign-in comes from
   * @throws AuthError with the policy's code, `sign_up_not_allowed`,
   *   `account_disabled`, `service_unavailable`
   */
  async run(
    identity: VerifiedIdentity,
    context: SessionContext,
  ): Promise<SignedIn> {
    const admission = await this.policy.admit(identity);
    if (admission.kind === "refused") throw new AuthError(admission.code);
    const outcome = await this.sessions.signIn(identity, admission, context);
    if (outcome.kind === "disabled") throw new AuthError("account_disabled");
    if (outcome.kind === "unknown") throw new AuthError("sign_up_not_allowed");
    const { user, session, isNewUser } = outcome;
    return {
      user,
      isNewUser,
      session,
      accessToken: this.accessTokens.issue({
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
