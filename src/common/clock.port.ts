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

  /**
   * The time that statements go by instead of the database's own clock, as an
   * ISO 8601 string; null for the database's, which all instances share. A
   * clock that is replaced is meant for the whole application, so it is its
   * time unless you say otherwise.
   */
  statementTime(): string | null {
    return new Date(this.now()).toISOString();
  }
}

/** The machine's clock. */
@Injectable()
export class SystemClock extends Clock {
  override now(): number {
    return Date.now();
  }

  override statementTime(): null {
    return null;
  }
}
