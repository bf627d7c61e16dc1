/** How long repeats are counted before they are reported, in milliseconds. */
const periodMilliseconds = 60_000;
/**
 * Maximum number of kinds distinguished within a period; the rest count as one
 * kind.
 */
const maxKinds = 2000;

interface Kind<T> {
  count: number;
  last: T;
}

/**
 * For events that anyone can cause in any number: lets the first few of each
 * kind through and counts the rest, so that a flood costs one line a minute.
 * Uses bounded memory.
 */
export class RepeatTally<T> {
  private kinds = new Map<string, Kind<T>>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param firsts how many of a kind are let through in a minute
   * @param report called at the end of the minute for each kind that exceeded
   *   the limit, with the last event and the number of those only counted.
   *   `kind` is undefined for kinds beyond the maximum
   */
  constructor(
    private readonly firsts: number,
    private readonly report: (
      last: T,
      count: number,
      kind: string | undefined,
    ) => void,
  ) {}

  /** Whether it is let through; otherwise it is counted. */
  admits(kind: string, what: T): boolean {
    this.timer ??= setTimeout(() => this.end(), periodMilliseconds).unref();
    const isNew = !this.kinds.has(kind);
    const key = isNew && this.kinds.size >= maxKinds ? "" : kind;
    const known = this.kinds.get(key);
    if (known) {
      known.count++;
      known.last = what;
    } else {
      this.kinds.set(key, { count: 1, last: what });
    }
    return (known?.count ?? 1) <= this.firsts;
  }

  /** Ends the minute early. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { kinds } = this;
    this.kinds = new Map<string, Kind<T>>();
    for (const [kind, { count, last }] of kinds) {
      const more = count - this.firsts;
      if (more > 0) this.report(last, more, kind === "" ? undefined : kind);
    }
  }
}
