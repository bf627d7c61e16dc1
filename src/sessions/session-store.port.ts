import type { CallOrigin } from "../common/call-origin";
import type { Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type { SessionEntity } from "./session.entity";

/** What is known of a session. */
export type Session = Readonly<Omit<SessionEntity, "user">>;

/** What a session is used with. */
export interface SessionContext extends CallOrigin {
  /** Label for the user's session list, at most 100 characters. */
  readonly device: string | null;
  /** Of the client's key that the session's tokens are bound to; null when to none. */
  readonly keyThumbprint: string | null;
}

/** What a session begins with: the account that proved the user, and when. */
export type SessionProof = Pick<
  VerifiedIdentity,
  "issuer" | "subject" | "clientId" | "issuedAt"
>;

/** A refresh token that was made here. Whether it is still good, its session knows. */
export interface PresentedRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  /** SHA-256(the session's salt ‖ this) has to give `proof`. */
  readonly pepper: Buffer;
  readonly proof: Buffer;
}

/** What became of presenting a refresh token. */
export type RotateOutcome =
  /**
   * `session.generation` is the one to issue; twice the same within the grace.
   * `late` when the token had been replaced before that, and was answered once
   * more all the same.
   */
  | {
      readonly kind: "rotated";
      readonly session: Session;
      readonly late: boolean;
    }
  /** It had been replaced, and two hold it. The session is still to be ended. */
  | { readonly kind: "reused"; readonly session: Session }
  /** The session has been ended, or is gone. */
  | { readonly kind: "ended" }
  | { readonly kind: "expired" }
  /** It belongs to another key, or to no key, or to a session with another salt. */
  | { readonly kind: "not-accepted" };

/** Why a session is over before its time. */
export type EndReason =
  | "signed_out"
  | "signed_out_everywhere"
  | "ended_by_user"
  | "ended_by_admin"
  | "refresh_reused"
  | "session_limit"
  | "roles_changed"
  | "user_disabled"
  | "user_deleted"
  | "security_event";

/** What has been ended of a user's sessions. */
export interface EndedSessions {
  /**
   * All that were authenticated before this time, a whole second; null when
   * only the ones named here. Where all are ended, it is later than any of them
   * was authenticated, also within the second of the ending before.
   */
  readonly before: Date | null;
  /** These, one by one; also some that were over before does no harm. */
  readonly sessionIds: readonly string[];
  /** Whether any of them was live: otherwise there is nothing to report. */
  readonly wereLive: boolean;
}

/**
 * Where sessions are kept. It knows nothing of users but their ids, and nothing
 * of access tokens: sessions are ended through `Sessions`, which tells
 * `Revocations` as well.
 *
 * In a store in the service's own database, changes are part of the transaction.
 * Any other store applies them at once, and they remain when the transaction is
 * rolled back: an ended session stays ended.
 *
 * The times of a session are those of one clock, which all instances share: the
 * store's.
 */
export abstract class SessionStore {
  /**
   * Starts a session for a user.
   *
   * Concurrency: any number at once. Not idempotent: every call is a session.
   *
   * @param transaction does it as a part of this one, where the sessions are in
   *   the service's own database
   * @returns the session; its `authenticatedAt` is not before the `before` of
   *   anything that has ended the user's sessions until now
   * @throws AuthError `service_unavailable`
   */
  abstract start(
    userId: string,
    proof: SessionProof,
    context: SessionContext,
    transaction?: Transaction,
  ): Promise<Session>;

  /**
   * The session with this id; null when there is none. Also when it is over,
   * for as long as it might have lived: `revokedAt` says that it was ended, by
   * itself or with all others. Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract find(id: string): Promise<Session | null>;

  /**
   * The sessions of a user that are not over, last used first, at most 1000.
   * Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract list(userId: string): Promise<Session[]>;

  /**
   * Replaces a refresh token by its successor; `decideRotation` says when. A
   * token that is ahead of the session, as after a restore, is the live one:
   * the session goes on from there.
   *
   * Concurrency: of any number of calls with one token at once, on any number
   * of instances, one replaces it and all get the same successor. Idempotent
   * within the grace.
   *
   * @param token genuine, as `RefreshTokens` read it
   * @throws AuthError `service_unavailable`; then the token is as good as before
   */
  abstract rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotateOutcome>;

  /**
   * The user has proved again to be it: the session is authenticated anew, and
   * its refresh token replaced. Of several at once, each replaces the one
   * before.
   *
   * @param transaction does it as a part of this one, as all that take one
   * @returns null when the session is over, is not the user's, or is bound to
   *   another key than the context's; then nothing was changed
   * @throws AuthError `service_unavailable`
   */
  abstract authenticate(
    sessionId: string,
    userId: string,
    proof: SessionProof,
    context: Omit<SessionContext, "device">,
    transaction: Transaction,
  ): Promise<Session | null>;

  /**
   * Ends a session: its refresh token is dead. Concurrent and idempotent.
   *
   * @param userId whose it has to be
   * @returns whether there was one to end
   * @throws AuthError `service_unavailable`
   */
  abstract end(
    sessionId: string,
    userId: string,
    reason: EndReason,
    transaction: Transaction,
  ): Promise<boolean>;

  /**
   * Ends the sessions of a user, those included that are being started at this
   * moment. It takes no longer for many sessions than for few. Concurrent and
   * idempotent.
   *
   * @param provedUpTo only sessions that were last proved then or before
   * @returns what has been ended. Without `provedUpTo` always a time, the same or
   *   a later one when it is called again. A store that is not part of the
   *   transaction names the sessions again that it named before, since nobody
   *   may have learned of it
   * @throws AuthError `service_unavailable`
   */
  abstract endAll(
    userId: string,
    reason: EndReason,
    transaction: Transaction,
    provedUpTo?: Date,
  ): Promise<EndedSessions>;

  /**
   * Erases what is stored of a user's sessions, once they have been ended; of
   * very many, the rest within minutes.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract erase(userId: string, transaction: Transaction): Promise<void>;
}
