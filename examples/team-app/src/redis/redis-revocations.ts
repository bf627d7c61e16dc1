import { setTimeout as delay } from "node:timers/promises";
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { Redis } from "ioredis";
import { AuthError, Clock, Revocations, type Revoked } from "nest-google-auth";

const stream = "revocations";
/** How long one read waits for news, in milliseconds. */
const waitMilliseconds = 300;
/** How long sessions are trusted while Redis is unavailable, in milliseconds. */
const maxSilenceMilliseconds = 60_000;
/** How long an entry stays in Redis: longer than any access token. */
const keptMilliseconds = 2 * 3_600_000;

/**
 * Ended sessions in a Redis stream. Each instance reads it from the start and
 * then waits for news, so it knows them in memory. Needs Redis 6.2, which must keep
 * its data (`appendonly yes`): an instance that starts later reads it there.
 */
@Injectable()
export class RedisRevocations
  extends Revocations
  implements OnApplicationBootstrap, OnModuleDestroy
{
  /** Until when a session's tokens are refused, in milliseconds since 1970. */
  private readonly sessions = new Map<string, number>();
  private readonly users = new Map<
    string,
    { before: number; until: number }[]
  >();
  /** Its own connection, because reading blocks it. */
  private readonly reader: Redis;
  private lastId = "0";
  private readAt = -Infinity;
  private isStopped = false;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {
    super();
    this.reader = redis.duplicate().on("error", () => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    while (await this.read());
    void this.follow();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.reader.disconnect();
  }

  override async end(revoked: readonly Revoked[], until: Date): Promise<void> {
    if (revoked.length === 0) return;
    const entry = JSON.stringify({ revoked, until: until.getTime() });
    const oldest = Date.now() - keptMilliseconds;
    try {
      await this.redis.xadd(
        ...([stream, "MINID", "~", oldest, "*", "entry", entry] as const),
      );
    } catch (cause) {
      const reason = "redis_unavailable";
      throw new AuthError("service_unavailable", { reason, cause });
    }
    this.take(entry);
  }

  override covers(sessionId: string, userId: string, at: number): boolean {
    if (this.sessions.has(sessionId)) return true;
    const cutoffs = this.users.get(userId) ?? [];
    if (cutoffs.some(({ before }) => at < before)) return true;
    if (this.isReliable()) return false;
    const reason = "revocations_unknown";
    throw new AuthError("service_unavailable", { reason });
  }

  override isReliable(): boolean {
    return this.clock.now() - this.readAt <= maxSilenceMilliseconds;
  }

  private async follow(): Promise<void> {
    while (!this.isStopped) {
      await this.read().catch(() => delay(100));
      this.forget();
    }
  }

  /** Whether there was anything new. */
  private async read(): Promise<boolean> {
    const askedAt = this.clock.now();
    const answer = await this.reader.xread(
      ...(["COUNT", 1000, "BLOCK", waitMilliseconds] as const),
      ...(["STREAMS", stream, this.lastId] as const),
    );
    const [, entries = []] = answer?.[0] ?? [];
    for (const [id, [, entry = ""]] of entries) {
      this.take(entry);
      this.lastId = id;
    }
    if (entries.length === 0) this.readAt = askedAt;
    return entries.length > 0;
  }

  private take(entry: string): void {
    const { revoked, until } = JSON.parse(entry) as {
      revoked: ({ sessionId: string } | { userId: string; before: string })[];
      until: number;
    };
    for (const one of revoked) {
      if ("sessionId" in one) {
        const known = this.sessions.get(one.sessionId) ?? 0;
        this.sessions.set(one.sessionId, Math.max(until, known));
      } else {
        const before = Date.parse(one.before) / 1000;
        // One that ends later may refuse less, so both are kept.
        const known = (this.users.get(one.userId) ?? []).filter(
          (other) => other.before > before || other.until > until,
        );
        this.users.set(one.userId, [...known, { before, until }]);
      }
    }
  }

  /** Drops what refers to expired tokens, a minute late, as clocks differ. */
  private forget(): void {
    const now = this.clock.now() - 60_000;
    for (const [id, until] of this.sessions) {
      if (until < now) this.sessions.delete(id);
    }
    for (const [id, cutoffs] of this.users) {
      const left = cutoffs.filter(({ until }) => until >= now);
      if (left.length > 0) this.users.set(id, left);
      else this.users.delete(id);
    }
  }
}
