import type { Transaction } from "../database/database";

/** The access tokens that are no longer accepted. */
export type Revoked =
  /** Those of one session. */
  | { readonly sessionId: string }
  /** Those of a user's sessions that were authenticated before this time, a whole second. */
  | { readonly userId: string; readonly before: Date };

/**
 * Sessions that have been ended while their access tokens may still be in use.
 * Checked for every guarded request, so it must respond from memory.
 */
export abstract class Revocations {
  /**
   * Refuses access tokens from now on: on this instance once the transaction
   * has been committed, on every other within a second, and immediately on
   * instances that start later. Concurrent and idempotent; of several for the
   * same tokens, the one that refuses more takes effect, regardless of their
   * order.
   *
   * @param until when the last of these tokens expires; after that it may be forgotten
   * @param transaction writes in this transaction, if the revocations are in
   *   the service's own database. Other stores write immediately: if the
   *   transaction is rolled back, some valid tokens are refused
   * @throws AuthError `service_unavailable`
   */
  abstract end(
    revoked: readonly Revoked[],
    until: Date,
    transaction: Transaction,
  ): Promise<void>;

  /**
   * Whether an access token belongs to a session that has been ended.
   *
   * Called concurrently by guarded requests; idempotent.
   *
   * @param sessionId the token's `sid`
   * @param userId its `sub`
   * @param authenticatedAt its `auth_time`, whole seconds since 1970
   * @returns a promise only if it has to wait for something, since it costs
   *   every guarded request time
   * @throws AuthError `service_unavailable` if the known revocations are too
   *   old
   */
  abstract covers(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean | Promise<boolean>;

  /**
   * Whether the known revocations are recent enough to serve requests; for
   * readiness.
   */
  isReliable(): boolean {
    return true;
  }

  /**
   * For how long nothing has been learned from other instances, in seconds; for
   * metrics.
   */
  secondsBehind(): number {
    return 0;
  }
}
