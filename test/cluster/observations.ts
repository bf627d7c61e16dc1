/** What became of one request. */
export type Fate =
  /** As it had to be. */
  | "good"
  /** 503 with Retry-After: the client knows what to do. */
  | "unavailable"
  /** No answer. */
  | "lost"
  /** Anything else. */
  | "wrong";

interface Observation {
  readonly fate: Fate;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly detail: string;
}

/** A client notices that it has to wait, in milliseconds. */
const slowMilliseconds = 2000;

/** What one failure did to the clients. */
export interface Tally {
  readonly requests: number;
  readonly unavailable: number;
  readonly lost: number;
  readonly wrong: number;
  readonly sessionsLost: number;
  readonly doubleChains: number;
  /** Sessions whose commit the promoted replica never had. */
  readonly sessionsForgotten: number;
  /** From the repair to the end of the last request that was not good or slow. */
  readonly recoverySeconds: number;
  /** The slowest good answer. */
  readonly slowestSeconds: number;
  /** The first of each kind of what should not have been. */
  readonly details: readonly string[];
}

/** What the clients have seen since a failure began. */
export class Observations {
  private seen: Observation[] = [];
  private readonly lostSessions: string[] = [];
  private doubles = 0;
  private forgotten = 0;

  add(observation: Observation): void {
    this.seen.push(observation);
  }

  sessionLost(detail: string): void {
    this.lostSessions.push(detail);
  }

  sessionForgotten(): void {
    this.forgotten++;
  }

  doubleChain(): void {
    this.doubles++;
  }

  clear(): void {
    this.seen = [];
    this.lostSessions.length = 0;
    this.doubles = 0;
    this.forgotten = 0;
  }

  /** For how long all has been well, in milliseconds. */
  calmMilliseconds(now: number): number {
    return now - Math.max(0, ...this.disturbances().map((it) => it.endedAt));
  }

  /** @param repairedAt milliseconds since 1970 */
  tally(repairedAt: number): Tally {
    const count = (fate: Fate) =>
      this.seen.filter((one) => one.fate === fate).length;
    const late = this.disturbances().map(({ endedAt }) => endedAt - repairedAt);
    const times = this.seen
      .filter(({ fate }) => fate === "good")
      .map(({ startedAt, endedAt }) => endedAt - startedAt);
    return {
      requests: this.seen.length,
      unavailable: count("unavailable"),
      lost: count("lost"),
      wrong: count("wrong"),
      sessionsLost: this.lostSessions.length,
      doubleChains: this.doubles,
      sessionsForgotten: this.forgotten,
      recoverySeconds: Math.max(0, ...late) / 1000,
      slowestSeconds: Math.max(0, ...times) / 1000,
      details: [
        ...new Set([
          ...this.seen
            .filter(({ fate }) => fate === "lost" || fate === "wrong")
            .map(({ fate, detail }) => `${fate}: ${detail}`),
          ...this.lostSessions.map((detail) => `session lost: ${detail}`),
        ]),
      ].slice(0, 8),
    };
  }

  private disturbances(): Observation[] {
    return this.seen.filter(
      ({ fate, startedAt, endedAt }) =>
        fate !== "good" || endedAt - startedAt > slowMilliseconds,
    );
  }
}
