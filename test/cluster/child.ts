import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";

/** A program of the cluster; it ends with this process at the latest. */
export class Child {
  private constructor(private readonly child: ChildProcess) {}

  /** @param log the file that gets its output */
  static start(
    command: readonly [string, ...string[]],
    env: Readonly<Record<string, string | undefined>>,
    log: string,
  ): Child {
    const [program, ...args] = command;
    const output = openSync(log, "a");
    const child = spawn(program, args, {
      env,
      stdio: ["ignore", output, output],
    });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    return new Child(child);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits for its end; null when a signal ended it. */
  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.child, "exit");
    return this.child.exitCode;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
  }
}
