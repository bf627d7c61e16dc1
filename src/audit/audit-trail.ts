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

/**
 * How long a refusal may be queued so that several are written together, in
 * milliseconds.
 */
const flushMilliseconds = 1000;

/**
 * Writes the audit log, and passes what has been written to the
 * {@link AuditSink}.
 */
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
   * Writes an event, in the transaction of the change it reports, if any. Every
   * change has a transaction, so a change and its event are atomic.
   *
   * @throws AuthError `service_unavailable`
   */
  async record(event: AuditEvent, transaction?: Transaction): Promise<void> {
    if (transaction) {
      await this.recordAll([event], transaction);
      return;
    }
    const values = [asParameter([auditLine(event, this.clock.now())])];
    await this.database.query(insertLines, values);
    this.announce(event);
  }

  /**
   * As {@link record}, for many changes of one transaction.
   *
   * @throws AuthError `service_unavailable`
   */
  async recordAll(
    events: readonly AuditEvent[],
    { query, afterCommit }: Transaction,
  ): Promise<void> {
    const now = this.clock.now();
    const lines = events.map((event) => auditLine(event, now));
    await query(insertLines, [asParameter(lines)]);
    afterCommit(() => events.forEach((event) => this.announce(event)));
  }

  /**
   * Writes an event soon, together with others: for refusals that a rate limit
   * counts. If there are more than a thousand a second, the rest is counted in
   * one line: reason `flood`, `details.count`.
   *
   * @returns immediately, or once it is written if the application is stopping;
   *   so respond to the client after that. Never rejects.
   */
  async recordSoon(event: AuditEvent): Promise<void> {
    this.backlog.add(this.waiting(event));
    if (this.stopping) await this.flush();
    else this.schedule();
  }

  /**
   * As {@link recordSoon}, for refusals that no rate limit counts, which anyone
   * can cause in any number. The first of each network and reason is written,
   * and at the end of the minute a line with the number of further ones:
   * `details.count`.
   */
  async recordUnlimited(event: AuditEvent): Promise<void> {
    const kind = [event.event, event.reason, auditNetwork(event)].join(" ");
    if (this.stopping || this.repeats.admits(kind, event)) {
      await this.recordSoon(event);
    }
  }

  /**
   * Removes a deleted user's addresses, user agents and details from the log;
   * if there are very many lines, or lines not yet written, within minutes.
   */
  async scrub(userId: string, { query }: Transaction): Promise<void> {
    await query(scrubEvents, [userId]);
    await query(scrubActions, [userId]);
  }

  /** How many refusals are queued. */
  get backlogSize(): number {
    return this.backlog.size;
  }

  /**
   * Publishes an event that a statement of the caller has written, once it is
   * committed.
   */
  announce(event: AuditEvent): void {
    measurements.event.publish(event);
    try {
      this.sink.tell(event);
    } catch (cause) {
      // The event has happened and is written, so the request must not fail.
      this.logger.error({ err: cause }, "The audit sink threw an error");
    }
  }

  /** Writes what is queued; during an outage it stays queued. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One at a time, to avoid overloading a slow database.
    this.flushed = this.flushed.then(() => this.write(this.backlog.take()));
    return this.flushed;
  }

  async onModuleDestroy(): Promise<void> {
    this.repeats.end();
    this.stopping = true;
    await this.flush();
  }

  /** The last request has been answered by now. */
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

  /**
   * Queues again what an outage prevented from being written; anything else
   * would fail again.
   */
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
