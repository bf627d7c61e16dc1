import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** jose's verdict on a token. */
export interface JoseVerdict {
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly protectedHeader?: Readonly<Record<string, unknown>>;
  readonly failed?: { readonly code?: string; readonly message: string };
  /** The number of fetches of the keys so far. */
  readonly fetches: number;
}

export interface JoseClientOptions {
  readonly issuer: string;
  /** The URLs of the issuer's instances, which are used in turn. */
  readonly listensAt: readonly string[];
}

/**
 * jose in a separate process, with one remote key set for the life of the
 * process.
 */
export class JoseClient {
  /** The number of fetches of the keys. */
  fetches = 0;

  private readonly waiting = new Map<number, (verdict: JoseVerdict) => void>();
  private readonly failure: Promise<never>;
  private asked = 0;

  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
  ) {
    this.failure = once(child, "exit").then(() => {
      throw new Error("jose has ended");
    });
    // Reported to the calls that wait for a verdict.
    this.failure.catch(() => undefined);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const verdict = JSON.parse(line) as JoseVerdict & { id: number };
      this.fetches = verdict.fetches;
      this.waiting.get(verdict.id)?.(verdict);
      this.waiting.delete(verdict.id);
    });
  }

  static start({ issuer, listensAt }: JoseClientOptions): JoseClient {
    const program = resolve(__dirname, "../clients/jose.mjs");
    const order = JSON.stringify({ issuer, audience: issuer, listensAt });
    return new JoseClient(
      spawn(process.execPath, [program, order], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
  }

  verify(token: string): Promise<JoseVerdict> {
    const id = this.asked++;
    const verdict = new Promise<JoseVerdict>((answer) => {
      this.waiting.set(id, answer);
    });
    this.tell({ id, token });
    return Promise.race([verdict, this.failure]);
  }

  /** @returns the reason of the refusal; null if the token is valid */
  async refusalOf(token: string): Promise<string | null> {
    const { failed } = await this.verify(token);
    return failed ? `jose: ${failed.code ?? failed.message}` : null;
  }

  /** @param seconds by which its clock advances for later tokens */
  step(seconds: number): void {
    this.tell({ step: seconds });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.stdin.end();
    await once(this.child, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private tell(line: object): void {
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
  }
}
