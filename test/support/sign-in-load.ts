import { EventEmitter, once } from "node:events";
import type { TestService } from "../../src/testing/test-service";
import { type Answer, signIn } from "./requests";

/**
 * Repeated sign-ins on a few concurrent connections: the load during another
 * action.
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
    // The failure is reported by `ended` and `stop`.
    this.workers.catch(() => undefined);
  }

  /**
   * @param nextToken returns the ID token of each sign-in; undefined ends the
   * load
   * @param connections the number of concurrent sign-ins
   */
  static start(
    service: TestService,
    nextToken: () => Promise<string | undefined> | string | undefined,
    connections = 4,
  ): SignInLoad {
    return new SignInLoad(service, nextToken, connections);
  }

  /** Waits until this many more sign-ins have a response. */
  async more(count: number): Promise<void> {
    const enough = this.answers.length + count;
    while (this.answers.length < enough && !this.stopped) {
      await once(this.answered, "answer");
    }
  }

  /** Waits until there are no more tokens, and returns every response. */
  async ended(): Promise<readonly Answer[]> {
    await this.workers;
    return this.answers;
  }

  /** Ends the load and returns every response. */
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
      // The end of one worker, even by a failure, ends them all.
      this.stopped = true;
      this.answered.emit("answer");
    }
  }
}

/**
 * Counts the responses by status and code, such as `200` or `503
 * service_unavailable`.
 */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = [status, body.code, body.reason].filter(Boolean).join(" ");
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
