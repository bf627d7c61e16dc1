import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** A server under load in a process of its own. */
export interface BenchServer {
  readonly name: string;
  readonly url: string;
  /** Resident memory, in bytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** In the child: says where it listens and answers what the parent asks. */
export function serveBench(url: string): void {
  process.on("message", () =>
    process.send?.({ rss: process.memoryUsage.rss() }),
  );
  process.on("disconnect", () => process.exit());
  process.send?.({ url });
}

/**
 * In the parent: starts a server of this folder.
 *
 * @param file such as bare-server.ts
 * @param env added to the environment
 */
export async function startBenchServer(
  name: string,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  const child = fork(join(__dirname, file), {
    execArgv: ["-r", "@swc-node/register"],
    env: { ...process.env, ...env },
    // Its log lines are written, as they would be, and read by nobody.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { url } = await answerOf<{ url: string }>(child);
  return {
    name,
    url,
    memory: async () => {
      const answer = answerOf<{ rss: number }>(child);
      child.send("memory");
      return (await answer).rss;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`A bench server ended with status ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as T);
    });
  });
}
