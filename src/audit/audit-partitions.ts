import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from "@nestjs/common";
import { Clock } from "../common/clock.port";
import { advisoryLocks, Database } from "../database/database";
import { Purge } from "../database/purge";
import { type AuditMonth, monthsFrom, retentionStart } from "./audit-months";
import {
  defaultBytes,
  dropPartition,
  findChanges,
  limitLockWaits,
  makePartition,
  maxDefaultBytes,
} from "./audit-partition.statements";

/** Retention of the audit log. */
export interface AuditOptions {
  /** Days; a month is dropped when its last day is older. */
  readonly retentionDays: number;
}

export const AUDIT_OPTIONS = Symbol("AUDIT_OPTIONS");

/** How many months have a partition, from the current one on. */
const monthsAhead = 3;
/** Time between two checks, in milliseconds. */
const dayMilliseconds = 24 * 3600 * 1000;
/** Waits after a failed check, in milliseconds. */
const retryMilliseconds = { first: 60_000, longest: 3600_000 };

/** The tables to create and drop; on most days, none. */
interface Changes {
  readonly missing: readonly string[];
  readonly over: readonly string[];
}

/** Runs a statement, in a transaction or by itself. */
type Query = <Row extends object>(
  text: string,
  values: readonly unknown[],
) => Promise<Row[]>;

/**
 * Creates the partitions of the audit log ahead of time, and drops those whose
 * lines are all older than the retention. Lines without a partition of their
 * month go to the default partition.
 */
@Injectable()
export class AuditPartitions
  implements OnApplicationBootstrap, OnModuleDestroy
{
  private readonly logger = new Logger(AuditPartitions.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private retryWait = retryMilliseconds.first;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AUDIT_OPTIONS) private readonly options: AuditOptions,
    purge: Purge,
  ) {
    purge.add({
      table: "audit_events_default",
      key: "ctid",
      time: "occurred_at",
      keptSeconds: options.retentionDays * 24 * 3600,
    });
  }

  /** Before the first request, so that a partition for its line exists. */
  async onApplicationBootstrap(): Promise<void> {
    await this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /**
   * Brings the partitions up to date; one failure does not prevent the other
   * changes. Concurrent, on any number of instances; idempotent.
   *
   * @throws the first error
   */
  async run(): Promise<void> {
    const months = monthsFrom(this.clock.now(), monthsAhead);
    const { missing, over } = await this.changes(months, (...statement) =>
      this.database.query(...statement),
    );
    const steps = [
      ...months
        .filter(({ table }) => missing.includes(table))
        .map((month) => () => this.make(month)),
      ...over.map((partition) => () => this.drop(partition)),
    ];
    const failures: unknown[] = [];
    for (const step of steps) {
      if (this.stopped) return;
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async make(month: AuditMonth): Promise<void> {
    const isMade = await this.inTurn(async (query) => {
      const { missing } = await this.changes([month], query);
      if (missing.length === 0) return false;
      const [size] = await query<{ bytes: number }>(defaultBytes, []);
      if (size && size.bytes > maxDefaultBytes) {
        throw new Error(
          "audit_events_default is too large to be searched while it is locked; see docs/audit.md",
        );
      }
      for (const statement of makePartition(month)) await query(statement, []);
      return true;
    });
    const partition = month.table;
    if (isMade) this.logger.log({ partition }, "Audit partition created");
  }

  private async drop(partition: string): Promise<void> {
    const isDropped = await this.inTurn(async (query) => {
      const { over } = await this.changes([], query);
      if (!over.includes(partition)) return false;
      await query(dropPartition(partition), []);
      return true;
    });
    if (isDropped) this.logger.log({ partition }, "Audit partition dropped");
  }

  /**
   * In a transaction: one instance at a time, and each change is short or
   * fails.
   */
  private inTurn(change: (query: Query) => Promise<boolean>): Promise<boolean> {
    const lock = advisoryLocks.auditPartitions;
    return this.database.withLock(lock, async ({ query }) => {
      await query(limitLockWaits, []);
      return change(query);
    });
  }

  private async changes(
    months: readonly AuditMonth[],
    query: Query,
  ): Promise<Changes> {
    const { retentionDays } = this.options;
    const [changes] = await query<Changes>(findChanges, [
      months.map(({ table }) => table),
      months.map(({ from }) => from.toISOString()),
      months.map(({ to }) => to.toISOString()),
      retentionStart(this.clock.now(), retentionDays).toISOString(),
    ]);
    return changes ?? { missing: [], over: [] };
  }

  private look(): Promise<void> {
    this.running = this.tryRun().then((wait) => {
      if (this.stopped) return;
      this.timer = setTimeout(() => void this.look(), wait).unref();
    });
    return this.running;
  }

  /** @returns how long to wait before the next check, in milliseconds */
  private async tryRun(): Promise<number> {
    try {
      await this.run();
      this.retryWait = retryMilliseconds.first;
      return dayMilliseconds;
    } catch (cause) {
      const wait = this.retryWait;
      this.retryWait = Math.min(2 * wait, retryMilliseconds.longest);
      this.logger.warn(
        { err: cause, retryAfterSeconds: wait / 1000 },
        "The partitions of the audit log could not be brought up to date",
      );
      return wait;
    }
  }
}
