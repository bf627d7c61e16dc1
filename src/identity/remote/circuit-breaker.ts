import { LRUCache } from "lru-cache";
import type { Clock } from "../../common/clock.port";

/** How many failures in a row open the circuit. */
export const failuresUntilOpen = 5;
/** How long it stays open until a call is tried again, in seconds. */
export const openSeconds = 10;
/**
 * How long only trusted callers are tried after that, in seconds: they may never
 * come back.
 */
export const trustedFirstSeconds = 60;
/** How many trusted callers are remembered; the least recent is forgotten. */
const maxTrusted = 10_000;

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
 * What a caller sends may make the server fail. So as soon as there are trusted
 * callers, only their failures count: nobody else can open the circuit or keep it
 * open. Their calls are probes first; others' only if none of them comes, and
 * never in place of theirs.
 *
 * @see https://martinfowler.com/bliki/CircuitBreaker.html
 */
export class CircuitBreaker {
  private failures = 0;
  /** Milliseconds since 1970; undefined while it is closed. */
  private openUntil: number | undefined;
  /** Whose probes are running: of those that count, of the others. */
  private readonly probing = new Set<boolean>();
  /** Counts openings and closings: the outcome of a call from before the last one is ignored. */
  private era = 0;
  private readonly trusted = new LRUCache<string, true>({ max: maxTrusted });

  constructor(private readonly clock: Clock) {}

  /**
   * Runs a task, which must throw if and only if the server fails.
   *
   * @param caller whose call it is, null if unknown
   * @param task gets whether it is the probe
   * @throws CircuitOpenError without running it; what the task throws
   */
  async run<T>(
    caller: string | null,
    task: (isProbe: boolean) => Promise<T>,
  ): Promise<T> {
    const isProbe = this.openUntil !== undefined;
    const counted = this.counts(caller);
    if (isProbe) this.admitProbe(counted);
    const { era } = this;
    try {
      const result = await task(isProbe);
      if (era === this.era) this.close();
      return result;
    } catch (error) {
      if (era === this.era && this.counts(caller)) this.fail(isProbe);
      throw error;
    } finally {
      if (isProbe) this.probing.delete(counted);
    }
  }

  /** Trusts a caller from now on, because the server has accepted what it sent. */
  trust(caller: string): void {
    this.trusted.set(caller, true);
  }

  private counts(caller: string | null): boolean {
    return (
      this.trusted.size === 0 || (caller !== null && this.trusted.has(caller))
    );
  }

  private admitProbe(counted: boolean): void {
    const wait = (this.openUntil ?? 0) - this.clock.now();
    // Longer than it ever stays open: the clock has jumped back.
    const hasJumped = wait > openSeconds * 1000;
    const isOver = wait <= 0 || hasJumped;
    if (!isOver) throw new CircuitOpenError(Math.ceil(wait / 1000));
    const isForAll = wait <= -trustedFirstSeconds * 1000 || hasJumped;
    if (this.probing.has(counted) || !(counted || isForAll)) {
      throw new CircuitOpenError(1);
    }
    this.probing.add(counted);
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
