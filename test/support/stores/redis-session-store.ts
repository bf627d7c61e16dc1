import type { Redis } from "ioredis";
import {
  AuthError,
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
import { askRedis } from "./redis-answers";
import {
  cutOffIfUnchanged,
  readSession,
  timeOf,
  writeIfUnchanged,
  writeSession,
} from "./redis-session.values";
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

/** The number of attempts for a change that conflicts with others. */
const maxAttempts = 100;
/** How long a session is kept after its last possible use, in seconds. */
const keptSeconds = 24 * 3600;

/** A session as read from Redis. */
interface Stored {
  readonly session: Session;
  readonly value: string;
}

/**
 * Sessions in Redis: one value each, which is replaced only if it is unchanged
 * since it was read, so concurrent changes apply one after the other. Ending
 * all of a user's sessions writes one cutoff, regardless of their number.
 *
 * It does not take part in database transactions: its changes apply at once.
 * For one Redis, or one with replicas; a cluster would need the keys of a user
 * in one slot.
 */
export class RedisSessionStore extends SessionStore {
  constructor(
    private readonly redis: Redis,
    private readonly rules: SessionStoreRules,
    private readonly clock: Clock,
    private readonly prefix = "nga",
  ) {
    super();
  }

  override start(
    userId: string,
    proof: SessionProof,
    context: SessionContext,
  ): Promise<Session> {
    return askRedis(async () => {
      const moment = await this.moment(userId);
      const session = newSession(userId, proof, context, moment);
      await this.write(session, "");
      return session;
    });
  }

  override find(id: string): Promise<Session | null> {
    return askRedis(async () => {
      const stored = await this.read(id);
      if (!stored) return null;
      const { session } = stored;
      const { cutoff } = await this.moment(session.userId);
      return told(session, cutoff);
    });
  }

  /** Redis has no index of live sessions. */
  override countLive(): Promise<null> {
    return Promise.resolve(null);
  }

  override list(userId: string): Promise<Session[]> {
    return askRedis(async () => {
      const moment = await this.moment(userId);
      return listed(await this.sessionsOf(userId, moment.cutoff), moment);
    });
  }

  override rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotateOutcome> {
    return this.changed(token.sessionId, { kind: "ended" }, (session, moment) =>
      rotation(session, token, context, moment),
    );
  }

  override authenticate(
    sessionId: string,
    userId: string,
    proof: SessionProof,
    context: Omit<SessionContext, "device">,
  ): Promise<Session | null> {
    return this.changed<Session | null>(sessionId, null, (session, moment) => {
      const change = renewed(session, userId, proof, context, moment);
      return { outcome: change, change };
    });
  }

  override end(
    sessionId: string,
    userId: string,
    reason: EndReason,
  ): Promise<boolean> {
    return this.changed(sessionId, false, (session, { now, cutoff }) => {
      const isOver = session.revokedAt !== null || isCutOff(session, cutoff);
      if (session.userId !== userId || isOver) {
        return { outcome: false, change: null };
      }
      const revoked = { revokedAt: new Date(now), revokedReason: reason };
      return { outcome: true, change: { ...session, ...revoked } };
    });
  }

  override endAll(
    userId: string,
    reason: EndReason,
    _transaction: unknown,
    provedUpTo?: Date,
  ): Promise<EndedSessions> {
    return askRedis(async () => {
      const moment = await this.moment(userId);
      const sessions = await this.sessionsOf(userId, moment.cutoff);
      const live = sessions.filter((one) => isLive(one, moment));
      if (provedUpTo) {
        const isMeant = ({ provedAt }: Session) => provedAt <= provedUpTo;
        if (sessions.some((one) => !isMeant(one) && isLive(one, moment))) {
          const ended = sessions.filter(isMeant);
          for (const { id } of ended) await this.end(id, userId, reason);
          return {
            before: null,
            sessionIds: ended.map(({ id }) => id),
            wereLive: live.some(isMeant),
          };
        }
      }
      return {
        before: await this.cutOff(userId),
        sessionIds: [],
        wereLive: live.length > 0,
      };
    });
  }

  override erase(userId: string): Promise<void> {
    return askRedis(async () => {
      const ids = await this.redis.zrange(this.indexKey(userId), 0, -1);
      const keys = ids.map((id) => this.sessionKey(id));
      await this.redis.unlink(this.indexKey(userId), ...keys);
    });
  }

  /** Reads, decides and writes; repeats if another write came in between. */
  private changed<T>(
    id: string,
    absent: T,
    decide: (
      session: Session,
      moment: Moment,
    ) => { readonly outcome: T; readonly change: Session | null },
  ): Promise<T> {
    return askRedis(async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const stored = await this.read(id);
        if (!stored) return absent;
        const { session, value } = stored;
        const moment = await this.moment(session.userId);
        const { outcome, change } = decide(session, moment);
        if (!change || (await this.write(change, value))) return outcome;
      }
      throw contention();
    });
  }

  private async cutOff(userId: string): Promise<Date> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const moment = await this.moment(userId);
      const next = nextCutoff(moment);
      const isSet = await this.redis.eval(
        ...[cutOffIfUnchanged, 1, this.cutoffKey(userId)],
        ...[moment.cutoff, next, this.rules.maxTtlSeconds + keptSeconds],
      );
      if (isSet === 1) return new Date(next);
    }
    throw contention();
  }

  /** The current time and the user's current cutoff. */
  private async moment(userId: string): Promise<Moment> {
    const answers = await this.redis
      .multi()
      .time()
      .get(this.cutoffKey(userId))
      .exec();
    const [time, cutoff] = (answers ?? []).map(([error, answer]) => {
      if (error) throw error;
      return answer;
    });
    // Redis's clock, which all instances share, unless the application sets a
    // clock.
    const ownTime = this.clock.statementTime();
    return {
      now: ownTime === null ? timeOf(time) : Date.parse(ownTime),
      cutoff: Number(cutoff ?? 0),
      rules: this.rules,
    };
  }

  private async read(id: string): Promise<Stored | null> {
    const value = await this.redis.get(this.sessionKey(id));
    return value === null ? null : { session: readSession(value), value };
  }

  private async write(session: Session, before: string): Promise<boolean> {
    const isWritten = await this.redis.eval(
      ...[writeIfUnchanged, 2],
      ...[this.sessionKey(session.id), this.indexKey(session.userId)],
      ...[before, writeSession(session), session.id],
      ...[session.authenticatedAt.getTime()],
      this.rules.maxTtlSeconds + keptSeconds,
    );
    return isWritten === 1;
  }

  /** The user's sessions that started since a time, including ended ones. */
  private async sessionsOf(userId: string, since: number): Promise<Session[]> {
    const index = this.indexKey(userId);
    const ids = await this.redis.zrangebyscore(index, since, "+inf");
    if (ids.length === 0) return [];
    const values = await this.redis.mget(ids.map((id) => this.sessionKey(id)));
    return values.filter((value) => value !== null).map(readSession);
  }

  private sessionKey(id: string): string {
    return `${this.prefix}:session:${id}`;
  }

  private indexKey(userId: string): string {
    return `${this.prefix}:sessions-of:${userId}`;
  }

  private cutoffKey(userId: string): string {
    return `${this.prefix}:cutoff:${userId}`;
  }
}

function contention(): AuthError {
  return new AuthError("service_unavailable", {
    reason: "session_contention",
    retryAfterSeconds: 1,
  });
}
