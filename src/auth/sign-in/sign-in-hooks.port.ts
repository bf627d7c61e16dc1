import { Injectable } from "@nestjs/common";
import type {
  AppErrorCode,
  AuthErrorCode,
} from "../../common/auth-error-codes";
import type { CallOrigin } from "../../common/call-origin";
import type { Transaction } from "../../database/database";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import type { SessionEnd } from "../../sessions/session-end-listeners";
import type { Session } from "../../sessions/session-store.port";
import type { Profile } from "../../users/profile-schema.port";
import type { User } from "../../users/user-directory.port";

/** The result of the hook before a sign-up. */
export type SignUpDecision =
  | {
      readonly kind: "accepted";
      /** Roles of the new user; none by default. */
      readonly roles?: readonly string[];
      /**
       * Fields of the new user's profile, which override those that the client
       * sent.
       */
      readonly profile?: Profile;
    }
  /** The client gets this code, of ours or of the application's own. */
  | { readonly kind: "refused"; readonly code: AuthErrorCode | AppErrorCode };

/**
 * Callbacks of the application for sign-up, sign-in and sign-out. All methods
 * are optional.
 *
 * Called concurrently.
 */
export abstract class SignInHooks {
  /**
   * Called before an unknown identity becomes a user: it may refuse the
   * sign-up, or set roles and profile. It runs in the transaction that creates
   * the user. If one identity signs in for the first time several times
   * concurrently, each sign-in calls it but only one creates the user, so it
   * must have no side effects that the transaction does not roll back.
   *
   * If it throws, the sign-up is refused: an AuthError is returned with its
   * code, anything else as `internal_error`. After five seconds the sign-up
   * fails with `service_unavailable`.
   *
   * @param transaction on the service's database
   * @returns nothing to accept the sign-up unchanged
   */
  beforeSignUp?(
    identity: VerifiedIdentity,
    call: CallOrigin,
    transaction: Transaction,
  ): SignUpDecision | void | Promise<SignUpDecision | void>;

  /**
   * Called once for each new user, in the same transaction. What it writes
   * there is atomic with the user: if it throws, the user is rolled back and
   * the response is as above.
   */
  afterSignUp?(user: User, transaction: Transaction): void | Promise<void>;

  /**
   * Called after a new or existing user has signed in, before the response is
   * sent. Errors are logged and change nothing: the user is signed in. The
   * response waits for it for at most two seconds.
   */
  afterSignIn?(user: User, session: Session): void | Promise<void>;

  /**
   * Called after a session, or all sessions of a user, were ended early on this
   * instance and that is committed. Nothing waits for it, and errors are
   * logged. It is not called for sessions that expire, nor if the process dies
   * in between.
   */
  onSessionEnd?(end: SessionEnd): void | Promise<void>;
}

/** Does nothing, so that a sign-in remains a single statement. */
@Injectable()
export class NoSignInHooks extends SignInHooks {}
