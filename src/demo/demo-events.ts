import type { MessageEvent } from "@nestjs/common";
import { type Observable, ReplaySubject } from "rxjs";
import { type AuditEvent, LogAuditSink } from "../index";

/** How many past events a page gets when it is opened. */
const kept = 50;

/** Streams audit events to the demo's page as they are written. */
export class DemoEvents extends LogAuditSink {
  private readonly subject = new ReplaySubject<MessageEvent>(kept);
  private count = 0;

  override tell(event: AuditEvent): void {
    super.tell(event);
    const { event: name, userId, reason = null } = event;
    const at = new Date().toISOString();
    const id = ++this.count;
    this.subject.next({ data: { id, at, event: name, userId, reason } });
  }

  get stream(): Observable<MessageEvent> {
    return this.subject;
  }

  /** Ends every stream, so that the service can stop. */
  close(): void {
    this.subject.complete();
  }
}
