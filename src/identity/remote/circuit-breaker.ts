import type { Clock } from "../../common/clock.port";

/** After so many failures in a row nobody asks any more… */
export const failuresUntilOpen = 5;
/** …for so long, in seconds; then one asks again. */
export const openSeconds = 10;

/** Thrown in the place of asking. */
export class CircuitOpenError extends Error {
  override readonly name = "CircuitOpenError";

  /** @param retryAfterSeconds whole, at least 1 */
  constructor(readonly retryAfterSeconds: number) {
    super("The circuit breaker is open");
  }
}

/**
 * Keeps callers away from a server that does not answer: they learn it at once
 * instead of waiting, and the server is left in peace. When it has been left
 * alone for a while one call is let through, and how that ends decides.
 *
 * @see https://martinfowler.com/bliki/CircuitBreaker.html
 */
export class CircuitBreaker {
  private failures = 0;
  /** Milliseconds since 1970; undefined while it is closed. */
  private openUntil: number | undefined;
  private isProbing = false;
  /** Of calls that began before it last opened or closed, the end says nothing of now. */
  private era = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Runs a task that throws when the server fails, and only then.
   *
   * @param task told whether it is the one that finds out
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
    // More than it was ever opened for: the clock has jumped back.
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
