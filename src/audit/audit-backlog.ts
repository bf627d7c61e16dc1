import type { AuditEvent, AuditEventName } from "./audit-event";
import type { AuditLine } from "./audit-line";

/** Most events that wait; those beyond are only counted. */
const maxWaiting = 1000;

/** An event that waits to be written. */
export interface WaitingEvent {
  readonly event: AuditEvent;
  readonly line: AuditLine;
}

/** What is taken out of a backlog at once. */
export interface Batch {
  readonly events: readonly WaitingEvent[];
  /** How many found no room, by event. */
  readonly unlisted: ReadonlyMap<AuditEventName, number>;
}

/** Events that wait to be written together: never more than a thousand. */
export class AuditBacklog {
  private events: WaitingEvent[] = [];
  private unlisted = new Map<AuditEventName, number>();

  /** How many events wait, those included that are only counted. */
  get size(): number {
    return [...this.unlisted.values()].reduce(
      (sum, count) => sum + count,
      this.events.length,
    );
  }

  add(waiting: WaitingEvent): void {
    if (this.events.length < maxWaiting) this.events.push(waiting);
    else this.count(waiting.event.event, 1);
  }

  /** Everything that waits; from now on it does not any more. */
  take(): Batch {
    const { events, unlisted } = this;
    this.events = [];
    this.unlisted = new Map<AuditEventName, number>();
    return { events, unlisted };
  }

  /** Lets a batch wait again, before what has come since. */
  putBack({ events, unlisted }: Batch): void {
    const newer = this.events;
    this.events = [...events];
    for (const waiting of newer) this.add(waiting);
    for (const [event, count] of unlisted) this.count(event, count);
  }

  private count(event: AuditEventName, more: number): void {
    this.unlisted.set(event, (this.unlisted.get(event) ?? 0) + more);
  }
}
