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
  /** The primary key, one column; of a table with more than one, `ctid`. */
  readonly key: string;
  /** The column with the time; it should be indexed. */
  readonly time: string;
  /** How long a row is kept after that time, in seconds. */
  readonly keptSeconds: number;
}

/** Time between two purges, in milliseconds. */
const intervalMilliseconds = 60_000;
/** Most rows that one statement clears: few, so that nobody waits for it. */
export const purgeBatchRows = 1000;
/**
 * Batches of one table in one purge; the rest waits for the next. More rows a
 * minute than sign-ins can make.
 */
const maxBatches = 500;

/**
 * Deletes rows whose time is over: in small batches, and on one of all
 * instances at a time.
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

  /** Called by who owns the table, while the application is put together. */
  add(purgeable: Purgeable): void {
    this.purgeables.push(purgeable);
  }

  /**
   * As {@link add}, for what the time of a row alone does not tell.
   *
   * @param text clears at most {@link purgeBatchRows} rows and answers how many,
   *   as `count`; run again until there are fewer. May run on several instances
   *   at once
   */
  addStatement(text: string): void {
    this.statements.push(text);
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
   * One purge of everything; a table that fails does not keep the others from
   * being purged. Concurrent; idempotent.
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
 * $1 the time before which rows are over, $2 the lock: while another instance
 * purges, nothing is deleted. An array, for the planner would rather read the
 * whole table than expect that a subquery gives few rows. The time is looked
 * at again: who waited for a row may find that it counts anew.
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
