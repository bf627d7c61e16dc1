import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { advisoryLocks, Database } from "./database";

/** Rows that can be deleted after a while. All names are constants. */
export interface Purgeable {
  readonly table: string;
  /** The primary key; `ctid` if it has more than one column. */
  readonly key: string;
  /** The timestamp column; it should be indexed. */
  readonly time: string;
  /** How long a row is kept after that time, in seconds. */
  readonly keptSeconds: number;
}

/** Time between two purges, in milliseconds. */
const intervalMilliseconds = 60_000;
/** Most rows per statement: few, so that row locks are short. */
export const purgeBatchRows = 1000;
/**
 * Batches per table and purge; the rest is left for the next one. That is more
 * rows a minute than sign-ins can create.
 */
const maxBatches = 500;

/**
 * Deletes expired rows in small batches, on one instance at a time.
 */
@Injectable()
export class Purge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Purge.name);
  private readonly purgeables: Purgeable[] = [];
  private readonly statements: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Registers a table; call it while the application is being created. */
  add(purgeable: Purgeable): void {
    this.purgeables.push(purgeable);
  }

  /**
   * Like {@link add}, for rows whose expiry does not depend only on their time.
   *
   * @param text purges at most {@link purgeBatchRows} rows and returns how
   *   many, as `count`; it is run again until there are fewer. May run on
   *   several instances concurrently
   */
  addStatement(text: string): void {
    this.statements.push(text);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run()
        .catch((cause: unknown) => {
          this.logger.warn(
            { err: cause },
            "The purge failed and will be retried",
          );
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
   * Purges all tables; if one fails, the others are still purged. May be called
   * concurrently; idempotent.
   *
   * @throws the first error, such as AuthError `service_unavailable`
   */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    const runs = [
      ...this.purgeables.map((purgeable) => () => this.purge(purgeable)),
      ...this.statements.map((text) => () => this.runBatches(text, [])),
    ];
    for (const run of runs) {
      await run().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private purge(purgeable: Purgeable): Promise<void> {
    const time = this.clock.now() - purgeable.keptSeconds * 1000;
    return this.runBatches(deleteBatch(purgeable), [
      ...[new Date(time).toISOString(), advisoryLocks.purge],
    ]);
  }

  private async runBatches(text: string, values: unknown[]): Promise<void> {
    for (let batch = 0; batch < maxBatches && !this.stopped; batch++) {
      const [deleted] = await this.database.query<{ count: number }>(
        text,
        values,
      );
      if ((deleted?.count ?? 0) < purgeBatchRows) return;
    }
  }
}

/*
 * $1 is the time before which rows have expired, $2 the lock: while another
 * instance purges, nothing is deleted. With a plain subquery instead of an array
 * the planner would scan the whole table. The time is checked twice, because a
 * row may be renewed while the statement waits for its lock.
 */
function deleteBatch({ table, key, time }: Purgeable): string {
  return `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($2) AS ours),
gone AS (
  DELETE FROM google_auth.${table} WHERE ${key} = ANY (ARRAY(
    SELECT ${key} FROM google_auth.${table}
    WHERE (SELECT ours FROM turn) AND ${time} < $1::timestamptz
    ORDER BY ${time} LIMIT ${purgeBatchRows}))
  AND ${time} < $1::timestamptz
  RETURNING 1)
SELECT count(*)::int AS count FROM gone`;
}
