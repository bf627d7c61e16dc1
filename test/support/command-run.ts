import { Readable } from "node:stream";
import { Logger } from "@nestjs/common";
import type { Command } from "commander";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Run {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Standard input; empty by default. */
  readonly input?: string;
}

class Exit extends Error {
  constructor(readonly status: number) {
    super("process.exit");
  }
}

let queue: Promise<unknown> = Promise.resolve();

/**
 * Runs a command of the CLI in this process, because starting `src/cli.ts`
 * takes two seconds. Concurrent calls run one at a time.
 */
export function runCommand(make: () => Command, run: Run): Promise<Outcome> {
  const outcome = queue.then(() => runNow(make(), run));
  queue = outcome.catch(() => undefined);
  return outcome;
}

async function runNow(
  command: Command,
  { args, env = {}, cwd, input = "" }: Run,
): Promise<Outcome> {
  const output = { stdout: "", stderr: "" };
  const to = (stream: keyof typeof output) => (text: unknown) => {
    output[stream] += String(text);
    return true;
  };
  const line = (stream: keyof typeof output) => (text: unknown) => {
    output[stream] +=
      `${text instanceof Error ? text.message : String(text)}\n`;
  };
  const spies = [
    jest.spyOn(process.stdout, "write").mockImplementation(to("stdout")),
    jest.spyOn(process.stderr, "write").mockImplementation(to("stderr")),
    jest.spyOn(console, "log").mockImplementation(line("stdout")),
    jest.spyOn(console, "error").mockImplementation(line("stderr")),
    jest.spyOn(process, "exit").mockImplementation((status) => {
      throw new Exit(Number(status));
    }),
  ];
  const before = {
    cwd: process.cwd(),
    env: process.env,
    // The commands turn off the process's log.
    logger: Logger["staticInstanceRef"],
    stdin: Object.getOwnPropertyDescriptor(process, "stdin") ?? {},
  };
  const { PATH, HOME } = process.env;
  process.env = { PATH, HOME, ...env };
  process.chdir(cwd);
  const stdin = Readable.from(input === "" ? [] : [Buffer.from(input)]);
  Object.defineProperty(process, "stdin", { value: stdin, configurable: true });
  try {
    await command.parseAsync(args, { from: "user" });
    return { status: Number(process.exitCode ?? 0), ...output };
  } catch (error) {
    if (error instanceof Exit) return { status: error.status, ...output };
    console.error(error);
    return { status: 1, ...output };
  } finally {
    process.exitCode = undefined;
    process.env = before.env;
    process.chdir(before.cwd);
    Object.defineProperty(process, "stdin", before.stdin);
    for (const spy of spies) spy.mockRestore();
    Logger.overrideLogger(before.logger ?? false);
  }
}
