import type { Clock } from "../../common/clock.port";

/** How many failures in a row open the circuit. */
export const failuresUntilOpen = 5;
/** How long it stays open until a call is tried again, in seconds. */
export const openSeconds = 10;

/** The call was not made. */
export class CircuitOpenError extends Error {
  override readonly name = "CircuitOpenError";

  /** @param retryAfterSeconds whole, at least 1 */
  constructor(readonly retryAfterSeconds: number) {
    super("The circuit breaker is open");
  }
}

/**
 * Keeps callers away from a failing server: they fail at once instead of waiting,
 * and the server can recover. After a while one call is let through as a probe,
 * and its outcome closes the circuit or opens it again.
 *
 * @see https://martinfowler.com/bliki/CircuitBreaker.html
 */
export class CircuitBreaker {
  private failures = 0;
  /** Milliseconds since 1970; undefined while it is closed. */
  private openUntil: number | undefined;
  private isProbing = false;
  /** Counts openings and closings: the outcome of a call from before the last one is ignored. */
  private era = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Runs a task, which must throw if and only if the server fails.
   *
   * @param task gets whether it is the probe
   * @throws CircuitOpenError without running it; what the task throws
   */
  async run<T>(task: (isProbe: boolean) => Promise<T>): Promise<T> {
    const isProbe = this.openUntil !== undefined;
    if (isProbe) this.admitProbe();
    const { era } = this;
    try {
      const result = await task(isProbe);
      if (era === this.era) this.close();
      return result;
    } catch (error) {
      if (era === this.era) this.fail(isProbe);
      throw error;
    } finally {
      if (isProbe) this.isProbing = false;
    }
  }

  private admitProbe(): void {
    const wait = (this.openUntil ?? 0) - this.clock.now();
    // Longer than it ever stays open: the clock has jumped back.
    const isOver = wait <= 0 || wait > openSeconds * 1000;
    if (!isOver) throw new CircuitOpenError(Math.ceil(wait / 1000));
    if (this.isProbing) throw new CircuitOpenError(1);
    this.isProbing = true;
  }

  private close(): void {
    this.failures = 0;
    if (this.openUntil === undefined) return;
    this.openUntil = undefined;
    this.era++;
  }

  private fail(isProbe: boolean): void {
    this.failures++;
    if (!isProbe && this.failures < failuresUntilOpen) return;
    this.openUntil = this.clock.now() + openSeconds * 1000;
    this.era++;
  }
}
