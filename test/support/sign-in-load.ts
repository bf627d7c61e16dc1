import { EventEmitter, once } from "node:events";
import type { TestService } from "../../src/testing/test-service";
import { type Answer, signIn } from "./requests";

/**
 * Sign-ins one after the other on a few connections at once: what goes on while
 * something else happens.
 */
export class SignInLoad {
  private readonly answers: Answer[] = [];
  private readonly answered = new EventEmitter();
  private readonly workers: Promise<unknown>;
  private stopped = false;

  private constructor(
    private readonly service: TestService,
    private readonly nextToken: () =>
      Promise<string | undefined> | string | undefined,
    connections: number,
  ) {
    this.workers = Promise.all(
      Array.from({ length: connections }, () => this.work()),
    );
    // Reported by those who wait for the end.
    this.workers.catch(() => undefined);
  }

  /**
   * @param nextToken gives the ID token of each sign-in; undefined when there
   *   are no more
   * @param connections how many sign-ins are under way at a time
   */
  static start(
    service: TestService,
    nextToken: () => Promise<string | undefined> | string | undefined,
    connections = 4,
  ): SignInLoad {
    return new SignInLoad(service, nextToken, connections);
  }

  /** Waits until so many more have been answered. */
  async more(count: number): Promise<void> {
    const enough = this.answers.length + count;
    while (this.answers.length < enough && !this.stopped) {
      await once(this.answered, "answer");
    }
  }

  /** Waits until there are no more tokens, and returns every answer. */
  async ended(): Promise<readonly Answer[]> {
    await this.workers;
    return this.answers;
  }

  /** Ends it, and returns every answer. */
  stop(): Promise<readonly Answer[]> {
    this.stopped = true;
    return this.ended();
  }

  private async work(): Promise<void> {
    try {
      while (!this.stopped) {
        const idToken = await this.nextToken();
        if (idToken === undefined) return;
        this.answers.push(await signIn(this.service, idToken));
        this.answered.emit("answer");
      }
    } finally {
      // One that ends, even by getting no answer, ends them all.
      this.stopped = true;
      this.answered.emit("answer");
    }
  }
}

/** How often each status and code was answered, such as `200` or `503 service_unavailable`. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = [status, body.code, body.reason].filter(Boolean).join(" ");
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
