import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

export interface ProgramOptions {
  readonly cwd: string;
  /** Another version of Node to run it with. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; by default it stays open and empty. */
  readonly input?: string;
}

/** One of our programs in a separate process, run from source. */
export class Program {
  stdout = "";
  stderr = "";

  private readonly heard = new EventEmitter();

  private constructor(
    private readonly child: ChildProcess,
    input: string | undefined,
  ) {
    if (input !== undefined) {
      // The program may end before it has read all of its input.
      child.stdin?.on("error", () => undefined).end(input);
    }
    child.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += String(chunk);
      this.heard.emit("anything");
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += String(chunk);
      this.heard.emit("anything");
    });
    child.on("exit", () => this.heard.emit("anything"));
  }

  /** @param file for example src/main.ts */
  static start(
    file: string,
    { cwd, program = process.execPath, args = [], env, input }: ProgramOptions,
  ): Program {
    const { PATH, HOME } = process.env;
    return new Program(
      spawn(
        program,
        [
          "-r",
          require.resolve("@swc-node/register"),
          resolve(root, file),
          ...args,
        ],
        {
          cwd,
          env: {
            PATH,
            HOME,
            TS_NODE_PROJECT: resolve(root, "tsconfig.json"),
            ...env,
          },
        },
      ),
      input,
    );
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until standard output or error contains the text. */
  async says(text: string): Promise<void> {
    while (!`${this.stdout}${this.stderr}`.includes(text)) {
      if (this.child.exitCode !== null) {
        throw new Error(
          `The program ended without printing "${text}": ${this.stderr}`,
        );
      }
      await once(this.heard, "anything");
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for its end; returns the exit status, or null after a signal. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, "close");
    }
    return this.child.exitCode;
  }
}
