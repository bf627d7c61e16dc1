import type { CallOrigin } from "../common/call-origin";
import type { Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type { SessionEntity } from "./session.entity";

/** A session. */
export type Session = Readonly<Omit<SessionEntity, "user">>;

/** The context of a request that starts or uses a session. */
export interface SessionContext extends CallOrigin {
  /** Label for the user's session list, at most 100 characters. */
  readonly device: string | null;
  /**
   * Thumbprint of the client's key that the session's tokens are bound to; null
   * if unbound.
   */
  readonly keyThumbprint: string | null;
}

/** The start of a session: the account used to sign in, and when. */
export type SessionProof = Pick<
  VerifiedIdentity,
  "issuer" | "subject" | "clientId" | "issuedAt"
>;

/**
 * A refresh token that was issued here. Whether it is still valid depends on
 * its session.
 */
export interface PresentedRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  /** SHA-256(the session's salt ‖ this) must equal `proof`. */
  readonly pepper: Buffer;
  readonly proof: Buffer;
}

/** The outcome of presenting a refresh token. */
export type RotateOutcome =
  /**
   * `session.generation` is the one to issue; the same one again within the
   * grace period. `late` if the token was replaced earlier than that but
   * accepted once more.
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

/** Why a session was ended early. */
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
   * All that were authenticated before this time, a whole second; null if only
   * the listed ones were ended. If all are ended, it is later than the
   * authentication of any of them, even within the same second as a previous
   * call.
   */
  readonly before: Date | null;
  /** Individually ended sessions; may include ones that had already ended. */
  readonly sessionIds: readonly string[];
  /** Whether any of them was live; if not, there is nothing to report. */
  readonly wereLive: boolean;
}

/**
 * Stores sessions. It knows only the ids of users, and nothing about access
 * tokens: sessions are ended through `Sessions`, which also updates
 * `Revocations`.
 *
 * In a store in the service's own database, changes are part of the
 * transaction. Any other store applies them immediately, and they remain if the
 * transaction is rolled back: an ended session stays ended.
 *
 * The times of a session come from one clock that all instances share: the
 * store's.
 */
export abstract class SessionStore {
  /**
   * Starts a session for a user.
   *
   * Concurrent; not idempotent: every call starts a session.
   *
   * @param transaction the transaction to use, if the sessions are in the
   *   service's own database
   * @returns the session; its `authenticatedAt` is not earlier than the
   *   `before` of any previous call that ended the user's sessions
   * @throws AuthError `service_unavailable`
   */
  abstract start(
    userId: string,
    proof: SessionProof,
    context: SessionContext,
    transaction?: Transaction,
  ): Promise<Session>;

  /**
   * The session with this id, or null if not found. Ended sessions are also
   * returned until they would have expired; `revokedAt` is set if it was ended,
   * individually or with all others. Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract find(id: string): Promise<Session | null>;

  /**
   * The live sessions of a user, most recently used first, at most 1000.
   * Concurrent and idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract list(userId: string): Promise<Session[]>;

  /**
   * The number of live sessions of all users, for administrators; null if the
   * store cannot count them. Concurrent and idempotent.
   *
   * @param limit the most to count, so that it stays cheap
   * @throws AuthError `service_unavailable`
   */
  abstract countLive(limit: number): Promise<number | null>;

  /**
   * Replaces a refresh token with its successor, as decided by
   * `decideRotation`. A token that is ahead of the session, as after a restore,
   * is the live one: the session continues from there.
   *
   * Of any number of concurrent calls with one token, on any number of
   * instances, one replaces it and all get the same successor. Idempotent
   * within the grace period.
   *
   * @param token genuine, as parsed by `RefreshTokens`
   * @throws AuthError `service_unavailable`; then the token remains valid
   */
  abstract rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotateOutcome>;

  /**
   * The user has reauthenticated: updates the authentication of the session and
   * replaces its refresh token. Of several concurrent calls, each replaces the
   * token of the previous one.
   *
   * @param transaction the transaction to use, as in the other methods
   * @returns null if the session has ended, is not the user's, or is bound to a
   *   key other than the context's; then nothing was changed
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
   * Ends a session: its refresh token becomes invalid. Concurrent and
   * idempotent.
   *
   * @param userId the user that the session must belong to
   * @returns whether there was a session to end
   * @throws AuthError `service_unavailable`
   */
  abstract end(
    sessionId: string,
    userId: string,
    reason: EndReason,
    transaction: Transaction,
  ): Promise<boolean>;

  /**
   * Ends the sessions of a user, including those being started concurrently.
   * Takes no longer for many sessions than for few. Concurrent and idempotent.
   *
   * @param provedUpTo only sessions that were last verified at or before this
   *   time
   * @returns what was ended. Without `provedUpTo` always a time, which is the
   *   same or later when called again. A store that is not part of the
   *   transaction lists previously listed sessions again, since the caller may
   *   not have received them
   * @throws AuthError `service_unavailable`
   */
  abstract endAll(
    userId: string,
    reason: EndReason,
    transaction: Transaction,
    provedUpTo?: Date,
  ): Promise<EndedSessions>;

  /**
   * Erases the data of a user's sessions after they have been ended; if there
   * are very many, the rest within minutes.
   *
   * @throws AuthError `service_unavailable`
   */
  abstract erase(userId: string, transaction: Transaction): Promise<void>;
}
