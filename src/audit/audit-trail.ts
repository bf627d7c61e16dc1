import {
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { measurements } from "../common/measurements";
import { Database, type Transaction } from "../database/database";
import { AuditBacklog, type Batch, type WaitingEvent } from "./audit-backlog";
import type { AuditEvent } from "./audit-event";
import {
  asParameter,
  auditLine,
  insertLines,
  scrubActions,
  scrubEvents,
} from "./audit-line";
import { AuditSink } from "./audit-sink.port";

/** How long a refusal may wait to be written with others, in milliseconds. */
const flushMilliseconds = 1000;

/** Writes the audit log, and announces to the {@link AuditSink} what has been written. */
@Injectable()
export class AuditTrail implements OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(AuditTrail.name);
  private readonly backlog = new AuditBacklog();
  private timer: NodeJS.Timeout | undefined;
  private flushed: Promise<void> = Promise.resolve();
  private failing = false;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly sink: AuditSink,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes an event, in the transaction of what it reports if there is one.
   * What changes something has one, so that there is never one without the
   * other.
   *
   * @throws AuthError `service_unavailable`
   */
  async record(event: AuditEvent, transaction?: Transaction): Promise<void> {
    const values = [asParameter([auditLine(event, this.clock.now())])];
    if (transaction) {
      await transaction.query(insertLines, values);
      transaction.afterCommit(() => this.announce(event));
    } else {
      await this.database.query(insertLines, values);
      this.announce(event);
    }
  }

  /**
   * Writes an event soon, with others: for refusals, of which a stranger can
   * cause any number. Of a flood the first thousand a second are written, and
   * one line that says how many there were beside them: reason `flood`,
   * `details.count`.
   *
   * @returns at once; only while the application stops, when it is written.
   *   Answer after that, for then there is no later any more. Never rejects.
   */
  async recordSoon(event: AuditEvent): Promise<void> {
    this.backlog.add(this.waiting(event));
    if (this.stopping) await this.flush();
    else this.schedule();
  }

  /** Removes a deleted user's addresses, user agents and details from the log. */
  async scrub(userId: string, { query }: Transaction): Promise<void> {
    await query(scrubEvents, [userId]);
    await query(scrubActions, [userId]);
  }

  /** How many refusals wait to be written. */
  get backlogSize(): number {
    return this.backlog.size;
  }

  /** Announces an event that a statement of the caller's has written, once that is committed. */
  announce(event: AuditEvent): void {
    measurements.event.publish(event);
    try {
      this.sink.tell(event);
    } catch (cause) {
      // It has happened and is written: whoever did it must not hear otherwise.
      this.logger.error({ err: cause }, "The audit sink has failed");
    }
  }

  /** Writes what waits; while the database is away it goes on waiting. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One after the other: a slow database must not be sent everything at once.
    this.flushed = this.flushed.then(() => this.write(this.backlog.take()));
    return this.flushed;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    await this.flush();
  }

  /** By now the last request has been answered; the database may be gone. */
  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    const lost = this.backlog.size;
    if (lost > 0) this.logger.error({ lost }, "Refusals were not audited");
  }

  private schedule(): void {
    this.timer ??= setTimeout(
      () => void this.flush(),
      flushMilliseconds,
    ).unref();
  }

  private waiting(event: AuditEvent): WaitingEvent {
    return { event, line: auditLine(event, this.clock.now()) };
  }

  private async write(batch: Batch): Promise<void> {
    if (batch.events.length === 0) return;
    const floods = Array.from(batch.unlisted, ([event, count]) =>
      this.waiting({
        event,
        userId: null,
        reason: "flood",
        details: { count },
      }),
    );
    const all = [...batch.events, ...floods];
    try {
      const lines = all.map(({ line }) => line);
      await this.database.query(insertLines, [asParameter(lines)]);
    } catch (cause) {
      this.keep(batch, cause);
      return;
    }
    this.failing = false;
    for (const { event } of all) this.announce(event);
  }

  /** Lets what could not be written wait again, unless it never could be. */
  private keep(batch: Batch, cause: unknown): void {
    if (!isOutage(cause)) {
      const lost = batch.events.length;
      this.logger.error({ err: cause, lost }, "Refusals were not audited");
      return;
    }
    if (!this.failing) {
      this.logger.warn({ err: cause }, "Refusals have to wait to be audited");
    }
    this.failing = true;
    this.backlog.putBack(batch);
    this.schedule();
  }
}

function isOutage(cause: unknown): boolean {
  return cause instanceof AuthError && cause.code === "service_unavailable";
}
