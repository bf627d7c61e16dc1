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
  /** What the sign-in consumes; null if nothing. */
  readonly uses: OneTimeUse | null;
}

/** The outcome of a sign-in; a session exists only if there is a user. */
export type SignInOutcome =
  | (Extract<FindOrCreateOutcome, { user: User }> & {
      readonly session: Session;
      /**
       * Whether the user may now have more sessions than allowed; then they are
       * counted.
       */
      readonly isOverLimit: boolean;
    })
  | Exclude<FindOrCreateOutcome, { user: User }>
  /** The provider stands against it: the account, or the token. Nothing was changed. */
  | { readonly kind: StandingRefusal; readonly userId: string | null }
  /** The token or its nonce has been used up. Nothing was changed. */
  | { readonly kind: "used-up"; readonly reason: string };

/** The outcome of a refresh: a rotation, and the user of the session. */
export type RefreshOutcome =
  | (Extract<RotateOutcome, { kind: "rotated" }> & { readonly user: User })
  | Exclude<RotateOutcome, { kind: "rotated" }>
  /** The user may not sign in, or is gone. */
  | { readonly kind: "disabled" };

/**
 * Users and sessions together, as used by every sign-in and every refresh. The
 * module chooses the implementation by where the two are stored. In the
 * service's own Postgres a sign-in is one statement; otherwise the
 * `UserDirectory` is called, and then the `SessionStore`. Replace it to do both
 * in one step in a store of your own.
 */
export abstract class SignInStore {
  /**
   * Finds or creates the user of an identity and starts a session, unless
   * `IdentityStandings` forbids it.
   *
   * Concurrency: as `UserDirectory.findOrCreate`; exactly one of any number of
   * concurrent calls consumes `uses`. Not idempotent.
   *
   * @param transaction the transaction to use, for a sign-up with hooks
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
   * in. Concurrent, and idempotent within the grace period.
   *
   * @throws AuthError `service_unavailable`; then the token remains valid
   */
  abstract refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome>;
}
