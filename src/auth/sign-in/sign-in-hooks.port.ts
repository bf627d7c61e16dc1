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

/** What a hook says to a sign-up. */
export type SignUpDecision =
  | {
      readonly kind: "accepted";
      /** Roles of the new user; none unless given. */
      readonly roles?: readonly string[];
      /** Fields of the new user's profile, over those that the client sent. */
      readonly profile?: Profile;
    }
  /** The client gets this code, of ours or of the application's own. */
  | { readonly kind: "refused"; readonly code: AuthErrorCode | AppErrorCode };

/**
 * What the application does when somebody signs up, signs in or is signed out.
 * Have the methods that are needed; each may be left out.
 *
 * Concurrency: called by every sign-in at once.
 */
export abstract class SignInHooks {
  /**
   * Before an identity that is not known becomes a user: may refuse it, or give
   * roles and profile. In the transaction that makes the user; of several first
   * sign-ins of one identity each calls it, and one of them signs up, so do
   * nothing in it that the transaction does not take back.
   *
   * What it throws refuses the sign-up: an AuthError with its code, anything
   * else as `internal_error`. After five seconds it is `service_unavailable`.
   *
   * @param transaction of the service's own database
   * @returns nothing to accept as it is
   */
  beforeSignUp?(
    identity: VerifiedIdentity,
    call: CallOrigin,
    transaction: Transaction,
  ): SignUpDecision | void | Promise<SignUpDecision | void>;

  /**
   * A user has been made: once for each, in the same transaction. What it writes
   * there is written together with the user, or neither is: what it throws
   * takes the user back and is answered like the above.
   */
  afterSignUp?(user: User, transaction: Transaction): void | Promise<void>;

  /**
   * A user, new or known, has a session; before the client is answered. What it
   * throws is logged and changes nothing: the user is signed in. After two
   * seconds the answer no longer waits for it.
   */
  afterSignIn?(user: User, session: Session): void | Promise<void>;

  /**
   * A session, or all of a user's, has been ended before its time, on this
   * instance; after that is committed. Nobody waits for it, and what it throws
   * is logged. It is not called for sessions that expire, nor if the process
   * dies in between.
   */
  onSessionEnd?(end: SessionEnd): void | Promise<void>;
}

/** Does nothing: a sign-in stays one statement. */
@Injectable()
export class NoSignInHooks extends SignInHooks {}
