import { setTimeout as delay } from "node:timers/promises";
import { Injectable, Logger, type OnModuleInit } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { cleanText } from "../../common/clean-text";
import { Database } from "../../database/database";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { SessionEndListeners } from "../../sessions/session-end-listeners";
import type { SessionContext } from "../../sessions/session-store.port";
import { Sessions } from "../../sessions/sessions";
import {
  type SignInOptions,
  type SignInOutcome,
  SignInStore,
} from "../../sessions/sign-in-store.port";
import { AdminEmails } from "../../users/admin-emails";
import { IdentityStandings } from "../../users/identity-standings";
import { Profiles } from "../../users/profiles";
import type { User } from "../../users/user-directory.port";
import type { ProvedCredential } from "./credentials";
import { admit, inTime } from "./decisions";
import { IssuedTokens, type SignedInUser } from "../sessions/issued-tokens";
import { NoSignInHooks, SignInHooks } from "./sign-in-hooks.port";
import { SignInPolicy } from "./sign-in-policy.port";

/** The result of a sign-in. */
export interface SignedIn extends SignedInUser {
  readonly isNewUser: boolean;
}

/** How long a response waits for the hook after a sign-in, in milliseconds. */
const maxAfterMilliseconds = 2000;

type Refusal = Exclude<SignInOutcome, { user: User }>;

/** The error code and the reason of each unsuccessful outcome. */
const refusals = {
  disabled: ["account_disabled", undefined],
  blocked: ["account_disabled", "blocked_by_provider"],
  revoked: ["invalid_token", "issued_before_revocation"],
  unknown: ["sign_up_not_allowed", undefined],
  "used-up": ["invalid_token", undefined],
} as const satisfies Record<
  Refusal["kind"],
  readonly [AuthErrorCode, string | undefined]
>;

/** Signs a user in with a verified identity. */
@Injectable()
export class SignIn implements OnModuleInit {
  private readonly logger = new Logger(SignIn.name);

  constructor(
    private readonly policy: SignInPolicy,
    private readonly hooks: SignInHooks,
    private readonly store: SignInStore,
    private readonly sessions: Sessions,
    private readonly tokens: IssuedTokens,
    private readonly profiles: Profiles,
    private readonly admins: AdminEmails,
    private readonly standings: IdentityStandings,
    private readonly database: Database,
    private readonly endListeners: SessionEndListeners,
  ) {}

  /** A subclass of the no-op class may have hooks. */
  private get hasHooks(): boolean {
    return this.hooks.constructor !== NoSignInHooks;
  }

  onModuleInit(): void {
    this.endListeners.add((end) => this.hooks.onSessionEnd?.(end));
  }

  /**
   * @param proved as `Credentials` verified it
   * @param context where the sign-in comes from
   * @param sentProfile the app's own fields, used if the user is new; untrusted
   * @throws AuthError with the code of policy or hooks, `sign_up_not_allowed`,
   *   `account_disabled`, `invalid_request` for a profile that is not valid,
   *   `invalid_token` if the token or its nonce has already been used,
   *   `service_unavailable`
   */
  async run(
    { identity, uses }: ProvedCredential,
    sentContext: SessionContext,
    sentProfile?: unknown,
  ): Promise<SignedIn> {
    const context = withCleanDevice(sentContext);
    const { signUp } = await admit(this.policy, identity, context);
    const profile = await this.profiles.first(sentProfile);
    const options = { signUp, profile, uses };
    const outcome = await this.signIn(identity, options, context);
    if (!("user" in outcome)) throw refusalOf(outcome);
    const { session, isNewUser, isOverLimit } = outcome;
    if (isOverLimit) await this.sessions.trim(session);
    const user = await this.admins.grant(identity, outcome.user, context);
    const tokens = await this.tokens.issue(user, session);
    await this.runHookAfter(() => this.hooks.afterSignIn?.(user, session));
    return { ...tokens, isNewUser };
  }

  private async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    if (options.signUp === "closed" || !this.hasHooks) {
      return this.store.signIn(identity, options, context);
    }
    // Most users have already signed up and need no transaction.
    const known = { ...options, signUp: "closed" as const };
    const outcome = await this.store.signIn(identity, known, context);
    return outcome.kind === "unknown"
      ? this.signUp(identity, options, context)
      : outcome;
  }

  private async signUp(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    return this.database.transaction(async (transaction) => {
      const refused = await this.standings.refusalOf(identity, transaction);
      if (refused) return { kind: refused, userId: null };
      const decision = (await inTime("before_sign_up", () =>
        this.hooks.beforeSignUp?.(identity, context, transaction),
      )) ?? { kind: "accepted" as const };
      if (decision.kind === "refused") throw new AuthError(decision.code);
      const { roles = [], profile: given } = decision;
      const profile = given
        ? await this.profiles.first({ ...options.profile, ...given })
        : options.profile;
      const outcome = await this.store.signIn(
        identity,
        { ...options, roles, profile },
        context,
        transaction,
      );
      if (outcome.kind === "created") {
        await inTime("after_sign_up", () =>
          this.hooks.afterSignUp?.(outcome.user, transaction),
        );
      }
      return outcome;
    });
  }

  /** The user is signed in regardless of what a hook does. */
  private async runHookAfter(run: () => void | Promise<void>): Promise<void> {
    if (!this.hasHooks) return;
    const done = new AbortController();
    const hook = Promise.resolve()
      .then(run)
      .catch((cause: unknown) => {
        this.logger.error({ err: cause }, "The hook after a sign-in failed");
      })
      .finally(() => done.abort());
    await Promise.race([
      hook,
      delay(maxAfterMilliseconds, undefined, { signal: done.signal }).then(
        () => this.logger.warn("The hook after a sign-in took too long"),
        () => undefined,
      ),
    ]);
  }
}

function refusalOf(outcome: Refusal): AuthError {
  const [code, reason] = refusals[outcome.kind];
  return new AuthError(code, {
    reason: "reason" in outcome ? outcome.reason : reason,
    userId: ("userId" in outcome && outcome.userId) || undefined,
  });
}

function withCleanDevice(context: SessionContext): SessionContext {
  const { device } = context;
  return device === null ? context : { ...context, device: cleanText(device) };
}
