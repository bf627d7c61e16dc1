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

/** Polling interval, in milliseconds; notifications only speed it up. */
const pollMilliseconds = 500;
/**
 * The same after a failure, in milliseconds: what was ended meanwhile is
 * accepted until the first poll after an outage.
 */
const pollAfterFailureMilliseconds = 100;
/**
 * Maximum age of the last poll before a request triggers a new one, in
 * milliseconds: revocations by other instances take effect within this time.
 */
const freshMilliseconds = 1000;
/** How long a request waits for it, in milliseconds. */
const maxWaitMilliseconds = 1000;
/**
 * How long sessions are trusted while the database is unavailable, in
 * milliseconds.
 */
const maxSilenceMilliseconds = 60_000;
/**
 * Interval at which everything is read again, in milliseconds: nothing can be
 * missed for longer.
 */
const reloadMilliseconds = 30_000;
/** The channel on which Postgres announces new rows. */
const channel = "nest_google_auth_revocations";

/**
 * $1 session ids, $2 user ids, $3 before, each null if not applicable; $4 until
 */
const insertRevocations = `WITH inserted AS (
  INSERT INTO google_auth.revocations (session_id, user_id, not_before, expires_at)
  SELECT session_id, user_id, not_before, $4::timestamptz
  FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    AS revoked (session_id, user_id, not_before)
) SELECT pg_notify('${channel}', '')`;

/** Identifies the row of an id, in case the id is assigned again. */
const mark =
  "concat_ws(' ', id, extract(epoch FROM created_at), session_id, user_id)";

/**
 * $1 the highest id seen so far, $2 lower ids not seen yet. Returns the new
 * rows, the newest row, and the current row of the highest id seen.
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
 * While the database is unavailable, nothing can be revoked and sessions are
 * trusted for another minute; after that the response is 503 until it is
 * available again.
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

  override secondsBehind(): number {
    return this.silence() / 1000;
  }

  /** How many revocations are known. */
  get size(): number {
    return this.known.size;
  }

  /** No request is served before everything has been read. */
  async onApplicationBootstrap(): Promise<void> {
    await this.sync();
    const every = pollMilliseconds / pollAfterFailureMilliseconds;
    let ticks = 0;
    this.timer = setInterval(() => {
      if (++ticks % every === 0 || this.failing) this.hurry();
    }, pollAfterFailureMilliseconds).unref();
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
    // If the clock was set back, an old poll must not look recent.
    return Math.abs(this.clock.now() - this.syncedAt);
  }

  /**
   * Polls the table, but waits no longer than this; failures are ignored here.
   */
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
   * Reads new rows. A call during a poll waits for the next one, because its
   * row may have been committed too late for the current one.
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
      // Ids may have been assigned again: by a promoted replica, after a
      // restore, or after a crash that lost the last commits.
      const isOther = look.server !== this.server || look.seen !== this.newest;
      if (isOther && !isDue) look = await this.read(true);
      this.known.take(look.rows, isDue || isOther);
      if (isDue || isOther) this.reloadedAt = startedAt;
      this.server = look.server;
      this.newest = look.newest;
      this.syncedAt = startedAt;
      if (this.failing) this.logger.log("Revocations can be read again");
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
    if (!look) throw new Error("Postgres returned no row");
    return look;
  }
}
