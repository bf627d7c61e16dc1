import type { Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type { StandingRefusal } from "../users/identity-standings";
import type {
  FindOrCreateOptions,
  FindOrCreateOutcome,
  User,
} from "../users/user-directory.port";
import type { OneTimeUse } from "./one-time-use";
import type {
  PresentedRefreshToken,
  RotateOutcome,
  Session,
  SessionContext,
} from "./session-store.port";

export interface SignInOptions extends FindOrCreateOptions {
  /** What the sign-in uses up; null when nothing. */
  readonly uses: OneTimeUse | null;
}

/** What became of a sign-in; a session exists only where there is a user. */
export type SignInOutcome =
  | (Extract<FindOrCreateOutcome, { user: User }> & {
      readonly session: Session;
      /** Whether the user may have more sessions now than may be; then they are counted. */
      readonly isOverLimit: boolean;
    })
  | Exclude<FindOrCreateOutcome, { user: User }>
  /** The provider stands against it: the account, or the token. Nothing was changed. */
  | { readonly kind: StandingRefusal; readonly userId: string | null }
  /** The token or its nonce has been used up. Nothing was changed. */
  | { readonly kind: "used-up"; readonly reason: string };

/** What became of a refresh: a rotation, and the user of the session. */
export type RefreshOutcome =
  | (Extract<RotateOutcome, { kind: "rotated" }> & { readonly user: User })
  | Exclude<RotateOutcome, { kind: "rotated" }>
  /** The user may not sign in, or is gone. */
  | { readonly kind: "disabled" };

/**
 * Users and sessions at once: what every sign-in and every refresh does. The
 * module chooses it by where the two are kept. In the service's own Postgres a
 * sign-in is one statement; otherwise the `UserDirectory` is asked, and then the
 * `SessionStore`. Replace it to do both at once in a store of your own.
 */
export abstract class SignInStore {
  /**
   * Finds or creates the user of an identity and starts a session, unless
   * `IdentityStandings` has something against it.
   *
   * Concurrency: as `UserDirectory.findOrCreate`, and what `uses` names is
   * used up by one of any number of calls. Not idempotent.
   *
   * @param transaction does it as a part of this one: a sign-up with hooks
   * @throws AuthError `service_unavailable`
   */
  abstract signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
    transaction?: Transaction,
  ): Promise<SignInOutcome>;

  /**
   * Replaces a refresh token, as `SessionStore.rotate`, for a user who may sign
   * in. Concurrent, and idempotent within the grace.
   *
   * @throws AuthError `service_unavailable`; then the token is as good as before
   */
  abstract refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome>;
}
