import { setTimeout as delay } from "node:timers/promises";
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import { DatabaseListener } from "../database/database-listener";
import { Purge } from "../database/purge";
import { KnownRevocations, type RevocationRow } from "./known-revocations";
import { type Revoked, Revocations } from "./revocations.port";

/** Time between two looks at the table, in milliseconds; notifications only hurry it. */
const pollMilliseconds = 500;
/**
 * How old the last look may be before a request asks for a newer one, in
 * milliseconds: other instances' revocations count within it.
 */
const freshMilliseconds = 1000;
/** How long a request waits for that, in milliseconds. */
const maxWaitMilliseconds = 1000;
/** How long sessions are trusted while the database is away, in milliseconds. */
const maxSilenceMilliseconds = 60_000;
/** Time after which everything is read again, in milliseconds: nothing is missed for longer, whatever happens. */
const reloadMilliseconds = 30_000;
/** On this channel Postgres announces that there is something new. */
const channel = "nest_google_auth_revocations";

/** $1 session ids, $2 user ids, $3 before, each null where another is meant; $4 until */
const insertRevocations = `WITH inserted AS (
  INSERT INTO google_auth.revocations (session_id, user_id, not_before, expires_at)
  SELECT session_id, user_id, not_before, $4::timestamptz
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    AS revoked (session_id, user_id, not_before)
) SELECT pg_notify('${channel}', '')`;

/** What tells one use of an id from another, should it be given out again. */
const mark =
  "concat_ws(' ', id, extract(epoch FROM created_at), session_id, user_id)";

/**
 * $1 the highest id that has been seen, $2 lower ones that have not: what is
 * new, the newest of all, and what the one seen as the highest is now.
 */
const lookStatement = `SELECT
  concat(inet_server_addr(), pg_postmaster_start_time()) AS server,
  (SELECT ${mark} FROM google_auth.revocations WHERE id = $1::bigint) AS seen,
  (SELECT ${mark} FROM google_auth.revocations ORDER BY id DESC LIMIT 1) AS newest,
  (SELECT coalesce(json_agg(json_build_array(id, session_id, user_id,
      extract(epoch FROM not_before)::bigint,
      ceil(extract(epoch FROM expires_at) * 1000)::bigint,
      floor(extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint)), '[]')
    FROM google_auth.revocations
    WHERE id > $1::bigint OR id = ANY ($2::bigint[])) AS rows`;

interface Look {
  readonly server: string;
  readonly seen: string | null;
  readonly newest: string | null;
  readonly rows: readonly RevocationRow[];
}

/**
 * Revocations in a table of Postgres, known in memory on every instance: a
 * guarded request asks the database nothing.
 *
 * What this instance ends counts at once, what others end within a second.
 * While the database is away nothing can be ended, and sessions are trusted for
 * another minute; then requests are answered 503 until it is back.
 */
@Injectable()
export class PostgresRevocations
  extends Revocations
  implements OnApplicationBootstrap, OnModuleDestroy
{
  private readonly logger = new Logger(PostgresRevocations.name);
  private readonly known = new KnownRevocations();
  private server = "";
  private newest: string | null = null;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopListening: (() => Promise<void>) | undefined;
  private failing = false;
  private syncedAt = Number.NEGATIVE_INFINITY;
  private reloadedAt = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly listener: DatabaseListener,
    private readonly clock: Clock,
    purge: Purge,
  ) {
    super();
    purge.add({
      table: "revocations",
      key: "id",
      time: "expires_at",
      keptSeconds: 300,
    });
  }

  override async end(
    revoked: readonly Revoked[],
    until: Date,
    transaction: Transaction,
  ): Promise<void> {
    await transaction.query(insertRevocations, [
      revoked.map((one) => ("sessionId" in one ? one.sessionId : null)),
      revoked.map((one) => ("userId" in one ? one.userId : null)),
      revoked.map((one) => ("userId" in one ? one.before.toISOString() : null)),
      until.toISOString(),
    ]);
    transaction.afterCommit(() => {
      for (const one of revoked) this.known.add(one, until.getTime());
    });
  }

  override covers(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean | Promise<boolean> {
    if (this.silence() > freshMilliseconds && !this.failing) {
      return this.syncWithin(maxWaitMilliseconds).then(() =>
        this.coversNow(sessionId, userId, authenticatedAt),
      );
    }
    return this.coversNow(sessionId, userId, authenticatedAt);
  }

  override isReliable(): boolean {
    return this.silence() <= maxSilenceMilliseconds;
  }

  /** How many revocations are known. */
  get size(): number {
    return this.known.size;
  }

  /** No request is answered before everything is known. */
  async onApplicationBootstrap(): Promise<void> {
    await this.sync();
    this.timer = setInterval(() => this.hurry(), pollMilliseconds).unref();
    this.stopListening = this.listener.listen(channel, () => this.hurry());
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.stopListening?.();
    await (this.next ?? this.running)?.catch(() => undefined);
  }

  private coversNow(
    sessionId: string,
    userId: string,
    authenticatedAt: number,
  ): boolean {
    if (this.known.covers(sessionId, userId, authenticatedAt)) return true;
    if (this.isReliable()) return false;
    throw new AuthError("service_unavailable", {
      reason: "revocations_unknown",
      retryAfterSeconds: 5,
    });
  }

  private silence(): number {
    // A clock that was set back must not make an old look a fresh one.
    return Math.abs(this.clock.now() - this.syncedAt);
  }

  /** Looks at the table, but waits no longer than this; a failure is no error here. */
  private async syncWithin(milliseconds: number): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.sync(),
      delay(milliseconds, undefined, { signal: patience.signal }).then(() => {
        // No other request needs to wait for it.
        this.failing = true;
      }),
    ]).catch(() => undefined);
    patience.abort();
  }

  /**
   * Reads what is new. A call during a look waits for the next one: what it is
   * about may have been committed too late for the look under way.
   */
  private sync(): Promise<void> {
    this.next ??= (this.running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        this.running = this.look().finally(() => {
          this.running = undefined;
        });
        return this.running;
      });
    return this.next;
  }

  private hurry(): void {
    if (!this.stopped) void this.sync().catch(() => undefined);
  }

  private async look(): Promise<void> {
    const startedAt = this.clock.now();
    try {
      const isDue =
        this.failing ||
        Math.abs(startedAt - this.reloadedAt) >= reloadMilliseconds;
      let look = await this.read(isDue);
      // Ids may have been given out again: by a replica that was promoted, after
      // a restore, or after a crash that lost the last commits.
      const isOther = look.server !== this.server || look.seen !== this.newest;
      if (isOther && !isDue) look = await this.read(true);
      this.known.take(look.rows, isDue || isOther);
      if (isDue || isOther) this.reloadedAt = startedAt;
      this.server = look.server;
      this.newest = look.newest;
      this.syncedAt = startedAt;
      if (this.failing) this.logger.log("Revocations are readable again");
      this.failing = false;
    } catch (cause) {
      if (!this.failing && !this.stopped) {
        this.logger.warn({ err: cause }, "Revocations cannot be read");
      }
      this.failing = true;
      throw cause;
    } finally {
      this.known.forget(startedAt);
    }
  }

  private async read(everything: boolean): Promise<Look> {
    const [look] = await this.database.query<Look>(lookStatement, [
      everything ? 0 : this.known.highestId,
      everything ? [] : this.known.missingIds(),
    ]);
    if (!look) throw new Error("Postgres answered no row");
    return look;
  }
}
