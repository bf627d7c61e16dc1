import { setTimeout as delay } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import {
  AuthError,
  type Clock,
  type Revoked,
  Revocations,
} from "../../../src/index";
import { askRedis } from "./redis-answers";

/**
 * The time between two polls, in milliseconds; notifications only trigger
 * earlier ones.
 */
const pollMilliseconds = 400;
/**
 * The largest age of the last poll before a request triggers another, in
 * milliseconds.
 */
const freshMilliseconds = 1000;
/**
 * How long sessions are accepted while Redis is unavailable, in milliseconds.
 */
const maxSilenceMilliseconds = 60_000;
/** The time between two complete reads, in milliseconds. */
const reloadMilliseconds = 30_000;
/**
 * How long expired entries are kept for instances whose clocks are behind, in
 * milliseconds.
 */
const keptMilliseconds = 60_000;

/**
 * KEYS: the last number, the list by number. ARGV: the channel, then the
 * entries. Redis runs one script at a time, so no lower number appears after
 * one that was read.
 */
const append = `
for index = 2, #ARGV do
  redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[1]), ARGV[index])
end
redis.call('PUBLISH', ARGV[1], '')
return #ARGV - 1`;

/** KEYS: as above. ARGV: the number up to which all entries were read. */
const readSince = `
return {redis.call('GET', KEYS[1]) or '0',
  redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. ARGV[1], '+inf')}`;

/**
 * Session or user, its id, the cutoff of the user's sessions, and the expiry of
 * the entry.
 */
type Entry = readonly ["s" | "u", string, number, number];

/**
 * Revocations in Redis, with a copy in memory on every instance: a sorted set
 * that is read from the last known number on, at once after a notification and
 * otherwise every 400 ms. After a lost connection, and every 30 s, all of it is
 * read, because Redis may have restarted or failed over.
 *
 * It does not take part in database transactions: its changes apply at once.
 */
export class RedisRevocations extends Revocations {
  private readonly commands: Redis;
  private readonly subscriber: Redis;
  private readonly sessions = new Map<string, number>();
  private readonly users = new Map<
    string,
    { before: number; until: number }[]
  >();
  private lastNumber = 0;
  private mustReload = true;
  private reloadedAt = -Infinity;
  private lookedAt = -Infinity;
  private isFailing = false;
  private looking: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    url: string,
    private readonly clock: Clock,
    private readonly prefix = "nga",
    options: RedisOptions = {},
  ) {
    super();
    this.commands = new Redis(url, { ...options, lazyConnect: true });
    this.subscriber = new Redis(url, {
      ...options,
      lazyConnect: true,
      // When disconnected, ioredis's own attempt fails with an unhandled
      // rejection.
      autoResubscribe: false,
    });
    for (const client of [this.commands, this.subscriber]) {
      client.on("error", () => undefined);
      client.on("close", () => (this.mustReload = true));
      client.on("ready", () => this.hurry());
    }
    this.subscriber.on("message", () => this.hurry());
    this.subscriber.on("ready", () => {
      this.subscriber.subscribe(this.channel).catch(() => undefined);
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.subscriber.subscribe(this.channel);
    await this.look();
    this.timer = setInterval(() => this.hurry(), pollMilliseconds).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking?.catch(() => undefined);
    this.subscriber.disconnect();
    this.commands.disconnect();
  }

  override async end(revoked: readonly Revoked[], until: Date): Promise<void> {
    if (revoked.length === 0) return;
    const entries = revoked.map((one) => entryOf(one, until));
    await askRedis(() =>
      this.commands.eval(
        ...[append, 2, this.numberKey, this.listKey, this.channel],
        ...entries.map((entry) => JSON.stringify(entry)),
      ),
    );
    for (const entry of entries) this.take(entry);
  }

  override covers(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean | Promise<boolean> {
    const now = () => this.coversNow(sessionId, userId, authenticatedAt);
    if (this.isFailing || this.silence() <= freshMilliseconds) return now();
    const inTime = [
      this.look(),
      delay(freshMilliseconds, undefined, { ref: false }),
    ];
    return Promise.race(inTime).then(now, now);
  }

  override isReliable(): boolean {
    return this.silence() <= maxSilenceMilliseconds;
  }

  private coversNow(sessionId: string, userId: string, at: number): boolean {
    const cutoffs = this.users.get(userId) ?? [];
    if (this.sessions.has(sessionId)) return true;
    if (cutoffs.some(({ before }) => at < before)) return true;
    if (this.isReliable()) return false;
    throw new AuthError("service_unavailable", {
      reason: "revocations_unknown",
      retryAfterSeconds: 5,
    });
  }

  private silence(): number {
    return Math.abs(this.clock.now() - this.lookedAt);
  }

  private hurry(): void {
    this.look().catch(() => undefined);
  }

  /** Runs one poll at a time; a call during a poll gets another after it. */
  private look(): Promise<void> {
    this.again = this.looking !== undefined;
    this.looking ??= (async () => {
      do {
        this.again = false;
        await this.lookOnce();
      } while (this.again);
    })().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const startedAt = this.clock.now();
    try {
      const isDue =
        this.mustReload ||
        Math.abs(startedAt - this.reloadedAt) >= reloadMilliseconds;
      this.mustReload = false;
      let [number, entries] = await this.read(isDue ? 0 : this.lastNumber);
      // This is another Redis, or one that lost its data.
      const isOther = number < this.lastNumber && !isDue;
      if (isOther) [number, entries] = await this.read(0);
      for (const entry of entries) this.take(JSON.parse(entry) as Entry);
      if (isDue || isOther) {
        await this.drop(entries, startedAt);
        this.reloadedAt = startedAt;
      }
      this.lastNumber = number;
      this.lookedAt = startedAt;
      this.isFailing = false;
    } catch (error) {
      this.isFailing = true;
      this.mustReload = true;
      throw error;
    }
  }

  private async read(since: number): Promise<[number, string[]]> {
    const answer = await askRedis(() =>
      this.commands.eval(readSince, 2, this.numberKey, this.listKey, since),
    );
    const [number, entries] = answer as [string, string[]];
    return [Number(number), entries];
  }

  private take([kind, id, before, until]: Entry): void {
    if (kind === "s") {
      this.sessions.set(id, Math.max(until, this.sessions.get(id) ?? 0));
      return;
    }
    // Drops entries that a later cutoff with a later expiry makes redundant.
    const others = (this.users.get(id) ?? []).filter(
      (known) => known.before > before || known.until > until,
    );
    this.users.set(id, [...others, { before, until }]);
  }

  /** Removes expired entries from memory and from the list. */
  private async drop(entries: string[], now: number): Promise<void> {
    const isOver = (until: number) => until < now - keptMilliseconds;
    for (const [id, until] of this.sessions) {
      if (isOver(until)) this.sessions.delete(id);
    }
    for (const [id, cutoffs] of this.users) {
      const left = cutoffs.filter(({ until }) => !isOver(until));
      if (left.length > 0) this.users.set(id, left);
      else this.users.delete(id);
    }
    const gone = entries.filter((entry) =>
      isOver((JSON.parse(entry) as Entry)[3]),
    );
    if (gone.length > 0) await this.commands.zrem(this.listKey, ...gone);
  }

  private get numberKey(): string {
    return `${this.prefix}:revocations:number`;
  }

  private get listKey(): string {
    return `${this.prefix}:revocations`;
  }

  private get channel(): string {
    return `${this.prefix}:revocations`;
  }
}

function entryOf(revoked: Revoked, until: Date): Entry {
  return "sessionId" in revoked
    ? ["s", revoked.sessionId, 0, until.getTime()]
    : ["u", revoked.userId, revoked.before.getTime() / 1000, until.getTime()];
}
