import type { Transaction } from "../database/database";

/** What access tokens are no longer accepted. */
export type Revoked =
  /** Those of one session. */
  | { readonly sessionId: string }
  /** Those of a user's sessions that were authenticated before this time, a whole second. */
  | { readonly userId: string; readonly before: Date };

/**
 * Which sessions have been ended while access tokens of theirs may be in use.
 * Every guarded request asks, so the answer comes from memory.
 */
export abstract class Revocations {
  /**
   * Refuses access tokens from now on: on this instance when the transaction
   * is over, on every other within a second, and from the start on one that
   * starts later. Concurrent and idempotent; of several about the same tokens
   * the one that refuses more counts, in whatever order they come.
   *
   * @param until when the last of these tokens expires; after that it may be forgotten
   * @param transaction writes as a part of this one, where the revocations are
   *   in the service's own database. Others do it at once: should the
   *   transaction be rolled back, tokens are refused that need not be
   * @throws AuthError `service_unavailable`
   */
  abstract end(
    revoked: readonly Revoked[],
    until: Date,
    transaction: Transaction,
  ): Promise<void>;

  /**
   * Whether an access token is of a session that has been ended.
   *
   * Concurrency: called by every guarded request at once; idempotent.
   *
   * @param sessionId the token's `sid`
   * @param userId its `sub`
   * @param authenticatedAt its `auth_time`, whole seconds since 1970
   * @returns a promise only where something has to be waited for, since every
   *   guarded request pays for it
   * @throws AuthError `service_unavailable` when it is not known well enough
   */
  abstract covers(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean | Promise<boolean>;

  /** Whether what is known is recent enough to answer requests by; for readiness. */
  isReliable(): boolean {
    return true;
  }
}
