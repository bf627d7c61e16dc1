import { setTimeout as delay } from "node:timers/promises";
import { Inject, Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import type { CallOrigin } from "../common/call-origin";
import { Clock, instanceSkewSeconds } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import { UserDirectory } from "../users/user-directory.port";
import { type Revoked, Revocations } from "./revocations.port";
import { SessionEndListeners } from "./session-end-listeners";
import {
  type EndReason,
  type Session,
  SessionStore,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

/** Who ends a session, and why. */
export interface Ending extends Partial<CallOrigin> {
  readonly reason: EndReason;
  /** The user who ends it, if it is not the session's own. */
  readonly actorId?: string | null;
}

/** Which sessions are ended, and why. */
export interface EndingOfAll extends Ending {
  /**
   * Only those that were last verified at or before this time; all by default.
   */
  readonly provedUpTo?: Date;
}

/**
 * Revocations of other instances arrive within a second: how often to check for
 * one, and the pause in between.
 */
const newsLooks = 16;
const newsMilliseconds = 100;

/**
 * Ends sessions: in the store, which invalidates their refresh tokens, and in
 * the revocations, which invalidates their access tokens. There is no other way
 * to end one, so that neither can be forgotten.
 */
@Injectable()
export class Sessions {
  constructor(
    private readonly store: SessionStore,
    private readonly revocations: Revocations,
    private readonly users: UserDirectory,
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly listeners: SessionEndListeners,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
  ) {}

  /**
   * Ends a session. This instance refuses its access tokens from now on, the
   * others within a second. Concurrent and idempotent.
   *
   * @param userId the user that the session must belong to
   * @returns whether there was a session to end
   * @throws AuthError `service_unavailable`
   */
  async end(
    sessionId: string,
    userId: string,
    ending: Ending,
  ): Promise<boolean> {
    const { reason } = ending;
    const isEnded = await this.database.transaction(async (transaction) => {
      const isNow = await this.store.end(
        ...[sessionId, userId, reason, transaction],
      );
      if (isNow) await this.conclude(sessionId, userId, ending, transaction);
      return isNow;
    });
    if (isEnded || !(await this.isLeftOver(sessionId, userId))) return isEnded;
    await this.database.transaction((transaction) =>
      this.conclude(sessionId, userId, ending, transaction),
    );
    return true;
  }

  /**
   * Ends all sessions of a user, including those being started concurrently.
   * Takes no longer for many sessions than for few. Concurrent and idempotent.
   *
   * @param transaction the transaction to use
   * @throws AuthError `service_unavailable`
   */
  async endAll(
    userId: string,
    ending: EndingOfAll,
    transaction?: Transaction,
  ): Promise<void> {
    if (!transaction) {
      await this.database.transaction((own) =>
        this.endAll(userId, ending, own),
      );
      return;
    }
    const { provedUpTo, ...who } = ending;
    // Sign-ins of the user wait: they come either before this and are ended, or
    // after it.
    await this.users.lock(userId, transaction);
    const { before, sessionIds, wereLive } = await this.store.endAll(
      ...[userId, who.reason, transaction, provedUpTo],
    );
    const revoked: Revoked[] = sessionIds.map((sessionId) => ({ sessionId }));
    if (before) revoked.push({ userId, before });
    if (revoked.length > 0) await this.revoke(revoked, transaction);
    if (!wereLive) return;
    await this.audit.record(
      { event: "sessions_ended", userId, ...who },
      transaction,
    );
    this.announce(userId, null, who.reason, transaction);
  }

  /**
   * Ends the sessions of a user that have been idle longest until the maximum
   * number is met.
   *
   * @param started a session that is kept regardless of its age
   * @throws AuthError `service_unavailable`
   */
  async trim({ userId, id, ip, userAgent }: Session): Promise<void> {
    const live = await this.store.list(userId);
    const others = live.filter((session) => session.id !== id);
    for (const { id: oldest } of others.slice(this.options.maxPerUser - 1)) {
      await this.end(oldest, userId, {
        reason: "session_limit",
        ip,
        userAgent,
      });
    }
  }

  /** The parts of ending a session outside the store. */
  private async conclude(
    sessionId: string,
    userId: string,
    ending: Ending,
    transaction: Transaction,
  ): Promise<void> {
    const { reason } = ending;
    await this.revoke([{ sessionId }], transaction);
    await this.audit.record(
      {
        event: reason === "refresh_reused" ? reason : "session_ended",
        userId,
        sessionId,
        ...ending,
      },
      transaction,
    );
    this.announce(userId, sessionId, reason, transaction);
  }

  /**
   * Whether an external store ended the session in a transaction that was
   * rolled back, so that its access tokens are still accepted.
   */
  private async isLeftOver(
    sessionId: string,
    userId: string,
  ): Promise<boolean> {
    const session = await this.store.find(sessionId);
    if (session?.userId !== userId || !session.revokedAt) return false;
    // Otherwise its last access token has expired by now.
    const isRecent =
      this.clock.now() <
      session.revokedAt.getTime() + this.rememberedMilliseconds();
    const seconds = Math.floor(session.authenticatedAt.getTime() / 1000);
    if (!isRecent) return false;
    // Another instance may have ended it just now, and its revocation has not
    // arrived yet.
    for (let looks = 0; looks < newsLooks; looks++) {
      if (looks > 0) await delay(newsMilliseconds);
      if (await this.revocations.covers(sessionId, userId, seconds))
        return false;
    }
    return true;
  }

  private revoke(
    revoked: readonly Revoked[],
    transaction: Transaction,
  ): Promise<void> {
    const until = new Date(this.clock.now() + this.rememberedMilliseconds());
    return this.revocations.end(revoked, until, transaction);
  }

  /**
   * No access token is valid for longer, regardless of which instance issued
   * it.
   */
  private rememberedMilliseconds(): number {
    const seconds = this.options.accessTokenTtlSeconds + instanceSkewSeconds;
    return seconds * 1000;
  }

  private announce(
    userId: string,
    sessionId: string | null,
    reason: EndReason,
    transaction: Transaction,
  ): void {
    transaction.afterCommit(() =>
      this.listeners.notify({ userId, sessionId, reason }),
    );
  }
}
