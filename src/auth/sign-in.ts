import { Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { oneTimeUseOf } from "../sessions/one-time-use";
import {
  type SessionContext,
  SessionStore,
} from "../sessions/session-store.port";
import { AdminEmails } from "../users/admin-emails";
import { Profiles } from "../users/profiles";
import { AUTH_OPTIONS, type AuthOptions } from "./auth.options";
import { IssuedTokens, type SignedInUser } from "./issued-tokens";
import { SignInPolicy } from "./sign-in-policy.port";

/** Somebody has signed in. */
export interface SignedIn extends SignedInUser {
  readonly isNewUser: boolean;
}

/** From a proved identity to a signed-in user. */
@Injectable()
export class SignIn {
  constructor(
    private readonly policy: SignInPolicy,
    private readonly sessions: SessionStore,
    private readonly tokens: IssuedTokens,
    private readonly profiles: Profiles,
    private readonly admins: AdminEmails,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /**
   * @param identity as the verifier proved it
   * @param context where the sign-in comes from
   * @param sentProfile the app's own fields, should the user be new; untrusted
   * @throws AuthError with the policy's code, `sign_up_not_allowed`,
   *   `account_disabled`, `invalid_request` for a profile that is not valid,
   *   `invalid_token` when the token or its nonce has been used up,
   *   `service_unavailable`
   */
  async run(
    identity: VerifiedIdentity,
    context: SessionContext,
    sentProfile?: unknown,
  ): Promise<SignedIn> {
    const admission = await this.policy.admit(identity);
    if (admission.kind === "refused") throw new AuthError(admission.code);
    const profile = await this.profiles.first(sentProfile);
    const uses = oneTimeUseOf(identity, this.options.oneTime);
    const outcome = await this.sessions.signIn(
      identity,
      { ...admission, uses, profile },
      context,
    );
    if (outcome.kind === "used-up") {
      throw new AuthError("invalid_token", { reason: outcome.reason });
    }
    if (outcome.kind === "disabled") {
      throw new AuthError("account_disabled", { userId: outcome.userId });
    }
    if (outcome.kind === "blocked") {
      throw new AuthError("account_disabled", {
        reason: "blocked_by_provider",
        userId: outcome.userId,
      });
    }
    if (outcome.kind === "called-back") {
      throw new AuthError("invalid_token", {
        reason: "issued_before_revocation",
        userId: outcome.userId,
      });
    }
    if (outcome.kind === "unknown") throw new AuthError("sign_up_not_allowed");
    const { session, isNewUser } = outcome;
    const user = await this.admins.grant(identity, outcome.user, context);
    return { ...(await this.tokens.issue(user, session)), isNewUser };
  }
}
