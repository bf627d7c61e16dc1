import { Injectable, Logger } from "@nestjs/common";
import type { AuditEvent } from "./audit-event";

/**
 * Receives audit events in addition to the table `audit_events`, for example to
 * forward them to a SIEM.
 */
export abstract class AuditSink {
  /**
   * Receives an event after its transaction has been committed: once, or not at
   * all if the process dies in between.
   *
   * Called concurrently, in no particular order, and within requests: return
   * immediately and queue slow work. Errors are logged and ignored.
   *
   * @param event as it was recorded; the user agent is not cleaned
   */
  abstract tell(event: AuditEvent): void;
}

/** Logs events at level `info`, without the user agent, since headers are not logged. */
@Injectable()
export class LogAuditSink extends AuditSink {
  private readonly logger = new Logger("Audit");

  override tell(event: AuditEvent): void {
    this.logger.log({ ...event, userAgent: undefined }, event.event);
  }
}
