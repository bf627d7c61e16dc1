import {
  type Clock,
  type EndedSessions,
  type EndReason,
  type PresentedRefreshToken,
  type RotateOutcome,
  type Session,
  type SessionContext,
  type SessionProof,
  SessionStore,
} from "../../../src/index";
import type { SessionStoreRules } from "../../../src/testing";
import {
  isCutOff,
  isLive,
  listed,
  type Moment,
  newSession,
  nextCutoff,
  renewed,
  rotation,
  told,
} from "./session-changes";

/** The state that several stores of the same sessions share. */
export class MemorySessions {
  readonly byId = new Map<string, Session>();
  /** The cutoff of each user: sessions authenticated before it have ended. */
  readonly cutoffs = new Map<string, number>();
}

/**
 * Sessions in the memory of one process. The methods do not await anything, so
 * each is atomic.
 */
/** Rules for tests that do not depend on them. */
export const dayLongSessions: SessionStoreRules = {
  idleTtlSeconds: 24 * 3600,
  maxTtlSeconds: 24 * 3600,
  refreshGraceSeconds: 10,
  refreshLateRetries: 3,
};

export class MemorySessionStore extends SessionStore {
  constructor(
    private readonly rules: SessionStoreRules,
    private readonly clock: Clock,
    private readonly sessions = new MemorySessions(),
  ) {
    super();
  }

  override start(
    userId: string,
    proof: SessionProof,
    context: SessionContext,
  ): Promise<Session> {
    const moment = this.moment(userId);
    const session = newSession(userId, proof, context, moment);
    this.put(session);
    return Promise.resolve(session);
  }

  override find(id: string): Promise<Session | null> {
    const session = this.sessions.byId.get(id);
    if (!session) return Promise.resolve(null);
    const { cutoff } = this.moment(session.userId);
    return Promise.resolve(told(session, cutoff));
  }

  override list(userId: string): Promise<Session[]> {
    return Promise.resolve(listed(this.of(userId), this.moment(userId)));
  }

  override countLive(limit: number): Promise<number> {
    const live = [...this.sessions.byId.values()].filter(
      (session) => listed([session], this.moment(session.userId)).length > 0,
    );
    return Promise.resolve(Math.min(live.length, limit));
  }

  override rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotateOutcome> {
    const session = this.sessions.byId.get(token.sessionId);
    if (!session) return Promise.resolve({ kind: "ended" });
    const moment = this.moment(session.userId);
    const { outcome, change } = rotation(session, token, context, moment);
    if (change) this.put(change);
    return Promise.resolve(outcome);
  }

  override authenticate(
    sessionId: string,
    userId: string,
    proof: SessionProof,
    context: Omit<SessionContext, "device">,
  ): Promise<Session | null> {
    const session = this.sessions.byId.get(sessionId);
    if (!session) return Promise.resolve(null);
    const moment = this.moment(userId);
    const change = renewed(session, userId, proof, context, moment);
    if (change) this.put(change);
    return Promise.resolve(change);
  }

  override end(
    sessionId: string,
    userId: string,
    reason: EndReason,
  ): Promise<boolean> {
    const session = this.sessions.byId.get(sessionId);
    const { now, cutoff } = this.moment(userId);
    if (
      session?.userId !== userId ||
      session.revokedAt !== null ||
      isCutOff(session, cutoff)
    ) {
      return Promise.resolve(false);
    }
    this.put({ ...session, revokedAt: new Date(now), revokedReason: reason });
    return Promise.resolve(true);
  }

  override async endAll(
    userId: string,
    reason: EndReason,
    _transaction: unknown,
    provedUpTo?: Date,
  ): Promise<EndedSessions> {
    const moment = this.moment(userId);
    const sessions = this.of(userId);
    const live = sessions.filter((one) => isLive(one, moment));
    const isMeant = ({ provedAt }: Session) =>
      provedUpTo === undefined || provedAt <= provedUpTo;
    if (sessions.every((one) => isMeant(one) || !isLive(one, moment))) {
      const before = nextCutoff(moment);
      this.sessions.cutoffs.set(userId, before);
      const wereLive = live.length > 0;
      return { before: new Date(before), sessionIds: [], wereLive };
    }
    const ended = sessions.filter(isMeant);
    for (const { id } of ended) await this.end(id, userId, reason);
    return {
      before: null,
      sessionIds: ended.map(({ id }) => id),
      wereLive: live.some(isMeant),
    };
  }

  override erase(userId: string): Promise<void> {
    for (const { id } of this.of(userId)) this.sessions.byId.delete(id);
    return Promise.resolve();
  }

  private moment(userId: string): Moment {
    const cutoff = this.sessions.cutoffs.get(userId) ?? 0;
    return { now: this.clock.now(), cutoff, rules: this.rules };
  }

  private of(userId: string): Session[] {
    const all = [...this.sessions.byId.values()];
    return all.filter((session) => session.userId === userId);
  }

  private put(session: Session): void {
    this.sessions.byId.set(session.id, session);
  }
}
