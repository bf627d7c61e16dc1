import { setTimeout as delay } from "node:timers/promises";
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import { DatabaseBell } from "../database/database-bell";

/** Time between two looks at the table, in milliseconds; notifications only hurry it. */
const pollMilliseconds = 500;
/** How far another instance's clock may be behind ours, in milliseconds. */
const instanceSkewMilliseconds = 60_000;
/** On this channel Postgres tells that there is something new. */
export const revocationsChannel = "nest_google_auth_revocations";

/*
 * Everything from transactions that were not over at the last look. A row's own
 * number would not do: a transaction with a lower one may be committed later.
 */
const lookStatement = `SELECT
  pg_snapshot_xmin(pg_current_snapshot())::text AS watermark,
  (SELECT json_agg(json_build_array(
      session_id, ceil(extract(epoch FROM expires_at) * 1000)::bigint))
    FROM revocations WHERE transaction >= $1::xid8
      AND expires_at > $2::timestamptz) AS ended`;

interface Look {
  /** A transaction number: below it, all is over and has been seen. */
  readonly watermark: string;
  readonly ended: [sessionId: string, expiresAt: number][] | null;
}

/**
 * What the table `revocations` says, in memory: as many entries as sessions
 * have been ended within the life of an access token.
 */
@Injectable()
export class RevocationFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RevocationFeed.name);
  /** Session id to the time when its last access token is over. */
  private readonly ended = new Map<string, number>();
  private watermark = "0";
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopListening: (() => Promise<void>) | undefined;
  private failing = false;
  private lastSync = Number.NEGATIVE_INFINITY;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly bell: DatabaseBell,
    private readonly clock: Clock,
  ) {}

  /** When the table was last read, in milliseconds since 1970. */
  get syncedAt(): number {
    return this.lastSync;
  }

  /** Whether the last attempt to read it failed. */
  get isFailing(): boolean {
    return this.failing;
  }

  /** How many ended sessions are known. */
  get size(): number {
    return this.ended.size;
  }

  hasEnded(sessionId: string): boolean {
    return this.ended.has(sessionId);
  }

  /** Takes note of what this instance itself has ended, and committed. */
  add(sessionIds: readonly string[], expiresAt: number): void {
    for (const id of sessionIds) this.ended.set(id, expiresAt);
  }

  /** Not before everything is known are requests answered. */
  async onApplicationBootstrap(): Promise<void> {
    await this.sync();
    this.timer = setInterval(() => this.hurry(), pollMilliseconds).unref();
    this.stopListening = this.bell.listen(revocationsChannel, () => {
      this.hurry();
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.stopListening?.();
    await (this.next ?? this.running)?.catch(() => undefined);
  }

  /** Reads the table, but waits no longer than this; a failure is no error here. */
  async syncWithin(milliseconds: number): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.sync(),
      delay(milliseconds, undefined, { signal: patience.signal }).then(() => {
        // Nobody else needs to wait for it.
        this.failing = true;
      }),
    ]).catch(() => undefined);
    patience.abort();
  }

  /**
   * Reads what is new. Who asks while that is being done gets the reading after
   * it, for what he asks about may have been committed too late for this one.
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
      const look = await this.lookFrom(this.watermark);
      // The database has become one with another past, as after a restore.
      const rewound = BigInt(look.watermark) < BigInt(this.watermark);
      const { watermark, ended } = rewound ? await this.lookFrom("0") : look;
      for (const [id, expiresAt] of ended ?? []) this.ended.set(id, expiresAt);
      this.watermark = watermark;
      this.lastSync = startedAt;
      if (this.failing) this.logger.log("Revocations are read again");
      this.failing = false;
    } catch (cause) {
      if (!this.failing && !this.stopped) {
        this.logger.warn({ err: cause }, "Revocations cannot be read");
      }
      this.failing = true;
      throw cause;
    } finally {
      this.forget();
    }
  }

  private async lookFrom(watermark: string): Promise<Look> {
    const [look] = await this.database.query<Look>(lookStatement, [
      watermark,
      new Date(this.clock.now() - instanceSkewMilliseconds).toISOString(),
    ]);
    if (!look) throw new Error("Postgres answered no row");
    return look;
  }

  private forget(): void {
    const over = this.clock.now() - instanceSkewMilliseconds;
    for (const [id, expiresAt] of this.ended) {
      if (expiresAt < over) this.ended.delete(id);
    }
  }
}
