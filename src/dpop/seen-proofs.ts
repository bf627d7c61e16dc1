import { hash } from "node:crypto";
import type { Clock } from "../common/clock.port";

/** Most proofs that one generation remembers; two take about 40 MB. */
const maxPerGeneration = 200_000;

/**
 * Which proofs have been used, for as long as they could be used again. Two
 * generations: when one is as old as a proof can get, the one before it is
 * forgotten as a whole, and no proof needs a timer.
 *
 * The memory is this process's. Beyond its bounds, at more than 1,600 proofs a
 * second, the oldest are forgotten early.
 */
export class SeenProofs {
  private current = new Set<string>();
  private previous: ReadonlySet<string> = new Set();
  private startedAt = Number.NEGATIVE_INFINITY;

  /** @param keptSeconds how long after its first use a proof might be accepted */
  constructor(
    private readonly clock: Clock,
    private readonly keptSeconds: number,
    private readonly maxProofs = maxPerGeneration,
  ) {}

  /**
   * Takes note of a proof.
   *
   * @param thumbprint of its key: two keys may use the same id
   * @param id its `jti`
   * @returns false when it was known already
   */
  add(thumbprint: string, id: string): boolean {
    this.turn();
    const name = hash("sha256", `${thumbprint}.${id}`, "base64url");
    if (this.current.has(name) || this.previous.has(name)) return false;
    this.current.add(name);
    return true;
  }

  private turn(): void {
    const now = this.clock.now();
    const age = now - this.startedAt;
    // It has not begun yet when the clock was set back.
    const isOver = age < 0 || age >= this.keptSeconds * 1000;
    if (!isOver && this.current.size < this.maxProofs) return;
    // Both are out of date after a pause.
    this.previous = age < this.keptSeconds * 2000 ? this.current : new Set();
    this.current = new Set();
    this.startedAt = now;
  }
}
