import { Injectable } from "@nestjs/common";

/**
 * What time it is. Replace it to freeze time in tests, or to take the time
 * from somewhere better than the machine.
 *
 * Concurrency: called from everywhere at once; must not wait. There is always
 * a time, so there is no absent answer.
 */
export abstract class Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  abstract now(): number;

  /** Whole seconds since 1970-01-01T00:00:00Z, the unit of JWT claims. */
  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }
}

/** The machine's clock. */
@Injectable()
export class SystemClock extends Clock {
  override now(): number {
    return Date.now();
  }
}
