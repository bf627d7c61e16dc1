import { Injectable, Logger } from "@nestjs/common";
import type { AuditEvent } from "./audit-event";

/**
 * Receives audit events beside the table, such as a SIEM. The table
 * `audit_events` is the record; this is an announcement.
 */
export abstract class AuditSink {
  /**
   * Receives an event after it has been committed, with what it reports. Once
   * per event; not at all if the process dies in between. There is no answer.
   *
   * Concurrency: called from everywhere at once, in no particular order, and
   * within the request: it must not wait, so queue what takes time. What it
   * throws is logged and changes nothing. Not idempotent.
   *
   * @param event as it was given to be written; the user agent is not cleaned
   */
  abstract tell(event: AuditEvent): void;
}

/** Writes to the log, at level `info`, and leaves out the user agent: no header is logged. */
@Injectable()
export class LogAuditSink extends AuditSink {
  private readonly logger = new Logger("Audit");

  override tell(event: AuditEvent): void {
    this.logger.log({ ...event, userAgent: undefined }, event.event);
  }
}
