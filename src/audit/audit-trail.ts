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
import { RepeatTally } from "../common/repeat-tally";
import {
  AuditBacklog,
  auditNetwork,
  type Batch,
  type WaitingEvent,
} from "./audit-backlog";
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
  private readonly repeats = new RepeatTally<AuditEvent>(
    1,
    (last, count, kind) => this.addRepeats(last, count, kind),
  );
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
   * Writes an event soon, together with others: for refusals that a limit
   * counts. If there are more than a thousand a second, the rest is counted in
   * one line: reason `flood`, `details.count`.
   *
   * @returns at once, but while the application stops only when it is written;
   *   so answer the client after that. Never rejects.
   */
  async recordSoon(event: AuditEvent): Promise<void> {
    this.backlog.add(this.waiting(event));
    if (this.stopping) await this.flush();
    else this.schedule();
  }

  /**
   * As {@link recordSoon}, for refusals that no limit counts, of which anybody
   * can cause any number. The first of each network and reason is written, and
   * at the end of the minute a line with how many more there were:
   * `details.count`.
   */
  async recordUnlimited(event: AuditEvent): Promise<void> {
    const kind = [event.event, event.reason, auditNetwork(event)].join(" ");
    if (this.stopping || this.repeats.admits(kind, event)) {
      await this.recordSoon(event);
    }
  }

  /**
   * Removes a deleted user's addresses, user agents and details from the log; of
   * very many lines, and from those that are yet to be written, within minutes.
   */
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
      // The event has happened and is written, so the request must not fail.
      this.logger.error({ err: cause }, "The audit sink threw an error");
    }
  }

  /** Writes what waits; during an outage it goes on waiting. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One after another, to spare a slow database.
    this.flushed = this.flushed.then(() => this.write(this.backlog.take()));
    return this.flushed;
  }

  async onModuleDestroy(): Promise<void> {
    this.repeats.end();
    this.stopping = true;
    await this.flush();
  }

  /** By now the last request has been answered. */
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

  private addRepeats(
    { event, reason, details, ip }: AuditEvent,
    count: number,
    kind: string | undefined,
  ): void {
    const isMixed = kind === undefined;
    this.backlog.add(
      this.waiting({
        event,
        userId: null,
        reason: isMixed ? "flood" : reason,
        details: isMixed ? { count } : { ...details, count },
        ip: isMixed ? null : ip,
      }),
    );
    if (!this.stopping) this.schedule();
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

  /** Puts back what an outage kept from being written; anything else would fail again. */
  private keep(batch: Batch, cause: unknown): void {
    if (!isOutage(cause)) {
      const lost = batch.events.length;
      this.logger.error({ err: cause, lost }, "Refusals were not audited");
      return;
    }
    if (!this.failing) {
      this.logger.warn(
        { err: cause },
        "Refusals cannot be audited at present and are kept",
      );
    }
    this.failing = true;
    this.backlog.putBack(batch);
    this.schedule();
  }
}

function isOutage(cause: unknown): boolean {
  return cause instanceof AuthError && cause.code === "service_unavailable";
}
