import { Injectable } from "@nestjs/common";

/** How far the clocks of our instances may differ, in seconds. */
export const instanceSkewSeconds = 60;

/**
 * The current time. Replace it to freeze time in tests or to use another source
 * of time. Synchronous, and called concurrently from everywhere.
 */
export abstract class Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  abstract now(): number;

  /** Whole seconds since 1970-01-01T00:00:00Z, the unit of JWT claims. */
  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /**
   * The time that SQL statements use, as an ISO 8601 string; null for the
   * database's clock, which all instances share. Defaults to {@link now}, since
   * a replaced clock is meant for the whole application.
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
