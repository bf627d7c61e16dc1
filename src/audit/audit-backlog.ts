import { clientNetwork } from "../common/ip-address";
import type { AuditEvent, AuditEventName } from "./audit-event";
import type { AuditLine } from "./audit-line";

/** Maximum number of queued events; any others are only counted. */
const maxWaiting = 1000;
/**
 * The prefix length that a customer of an IPv6 provider commonly gets, in bits.
 */
const networkBits = 48;

/** An event that is queued. */
export interface WaitingEvent {
  readonly event: AuditEvent;
  readonly line: AuditLine;
}

/** A batch taken from the backlog. */
export interface Batch {
  readonly events: readonly WaitingEvent[];
  /** How many events were only counted, by event. */
  readonly unlisted: ReadonlyMap<AuditEventName, number>;
}

/**
 * The network that an event is attributed to; larger than the one used for rate
 * limits.
 */
export function auditNetwork({ ip }: AuditEvent): string {
  return clientNetwork(ip, networkBits) ?? "unknown";
}

/**
 * Events queued to be written together: at most a thousand. When the queue is
 * full, events of the network with the most events are dropped, so that a flood
 * from one network does not hide the events of another.
 */
export class AuditBacklog {
  private events: WaitingEvent[] = [];
  private perNetwork = new Map<string, number>();
  private unlisted = new Map<AuditEventName, number>();

  /** How many events are pending, including those that are only counted. */
  get size(): number {
    return [...this.unlisted.values()].reduce(
      (sum, count) => sum + count,
      this.events.length,
    );
  }

  add(waiting: WaitingEvent): void {
    const network = auditNetwork(waiting.event);
    const own = this.perNetwork.get(network) ?? 0;
    if (this.events.length >= maxWaiting && !this.makeRoom(own)) {
      this.count(waiting.event.event, 1);
      return;
    }
    this.events.push(waiting);
    this.perNetwork.set(network, own + 1);
  }

  /** Removes and returns everything that is queued. */
  take(): Batch {
    const { events, unlisted } = this;
    this.events = [];
    this.perNetwork = new Map<string, number>();
    this.unlisted = new Map<AuditEventName, number>();
    return { events, unlisted };
  }

  /** Puts a batch back, ahead of what has been added since. */
  putBack({ events, unlisted }: Batch): void {
    const newer = this.take();
    for (const waiting of [...events, ...newer.events]) this.add(waiting);
    for (const counts of [newer.unlisted, unlisted]) {
      for (const [event, count] of counts) this.count(event, count);
    }
  }

  /**
   * Drops and counts the latest event of the largest network, if that network
   * has more than `own` + 1 events.
   */
  private makeRoom(own: number): boolean {
    let largest = "";
    let size = 0;
    for (const [network, count] of this.perNetwork) {
      if (count > size) [largest, size] = [network, count];
    }
    if (size <= own + 1) return false;
    const index = this.events.findLastIndex(
      ({ event }) => auditNetwork(event) === largest,
    );
    const [removed] = this.events.splice(index, 1);
    if (removed) this.count(removed.event.event, 1);
    this.perNetwork.set(largest, size - 1);
    return true;
  }

  private count(event: AuditEventName, more: number): void {
    this.unlisted.set(event, (this.unlisted.get(event) ?? 0) + more);
  }
}
