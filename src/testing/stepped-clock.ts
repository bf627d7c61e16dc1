import { Clock } from "../common/clock.port";

/**
 * The machine's clock, which can be set forward or back:
 * `TestService.start(google, { providers: [{ provide: Clock, useValue: clock }] })`.
 */
export class SteppedClock extends Clock {
  private aheadMilliseconds = 0;

  override now(): number {
    return Date.now() + this.aheadMilliseconds;
  }

  /** @param seconds forward, or back if negative */
  step(seconds: number): void {
    this.aheadMilliseconds += seconds * 1000;
  }
}
