import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { advisoryLocks, Database } from "./database";

/** Rows that are of no more use after a while. Names are constants of the code. */
export interface Purgeable {
  readonly table: string;
  /** The primary key, one column. */
  readonly key: string;
  /** The column with the time; it should be indexed. */
  readonly time: string;
  /** How long a row is kept after that time, in seconds. */
  readonly keptSeconds: number;
}

/** Time between two purges, in milliseconds. */
const intervalMilliseconds = 60_000;
/** Rows deleted by one statement: few, so that nobody waits for it. */
const batchRows = 1000;
/** Batches of one table in one purge; the rest waits for the next. */
const maxBatches = 50;

/**
 * Deletes rows whose time is over: in small batches, and on one of all
 * instances at a time.
 */
@Injectable()
export class Purge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Purge.name);
  private readonly purgeables: Purgeable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Called by who owns the table, while the application is put together. */
  add(purgeable: Purgeable): void {
    this.purgeables.push(purgeable);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run()
        .catch((cause: unknown) => {
          this.logger.warn({ err: cause }, "The purge has to wait");
        })
        .finally(() => {
          this.running = undefined;
        });
    }, intervalMilliseconds).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /**
   * One purge of everything. Concurrent; idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  async run(): Promise<void> {
    for (const purgeable of this.purgeables) {
      for (let batch = 0; batch < maxBatches && !this.stopped; batch++) {
        if ((await this.deleteBatch(purgeable)) < batchRows) break;
      }
    }
  }

  /** @returns how many rows were deleted; none while another instance purges */
  private async deleteBatch(purgeable: Purgeable): Promise<number> {
    const { table, key, time, keptSeconds } = purgeable;
    const before = new Date(this.clock.now() - keptSeconds * 1000);
    const [deleted] = await this.database.query<{ count: number }>(
      `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($3) AS ours),
      gone AS (
        DELETE FROM ${table} WHERE ${key} IN (
          SELECT ${key} FROM ${table}
          WHERE (SELECT ours FROM turn) AND ${time} < $1::timestamptz
          ORDER BY ${time} LIMIT $2)
        RETURNING 1)
      SELECT count(*)::int AS count FROM gone`,
      [before.toISOString(), batchRows, advisoryLocks.purge],
    );
    return deleted?.count ?? 0;
  }
}
