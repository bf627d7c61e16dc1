import { Clock } from "../../src/common/clock.port";

/**
 * A clock that stands still until it is moved, for rules that hold to the
 * millisecond: `TestService.start(google, { providers: [clock.provider] })`.
 */
export class FrozenClock extends Clock {
  readonly provider = { provide: Clock, useValue: this };

  private milliseconds = Date.now();

  override now(): number {
    return this.milliseconds;
  }

  /** @param seconds forward, whole or to the millisecond */
  advance(seconds: number): void {
    this.milliseconds += Math.round(seconds * 1000);
  }
}
