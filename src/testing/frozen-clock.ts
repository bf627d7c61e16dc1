import type { ValueProvider } from "@nestjs/common";
import { Clock } from "../common/clock.port";

/**
 * A clock that only moves when it is advanced:
 * `TestService.start(google, { providers: [clock.provider] })`.
 */
export class FrozenClock extends Clock {
  readonly provider: ValueProvider<Clock> = {
    provide: Clock,
    useValue: this,
  };

  /** @param milliseconds since 1970, UTC. Default: the machine's time */
  constructor(private milliseconds = Date.now()) {
    super();
  }

  override now(): number {
    return this.milliseconds;
  }

  /** @param seconds forward, or back if negative; at most three decimals */
  advance(seconds: number): void {
    this.milliseconds += Math.round(seconds * 1000);
  }
}
