import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

/** A server under load in a separate process. */
export interface BenchServer {
  readonly name: string;
  readonly url: string;
  /** Resident memory in bytes, and CPU time since its start in microseconds. */
  usage(): Promise<{ readonly memory: number; readonly cpu: number }>;
  /**
   * CPU time of its database connections since their start, in microseconds.
   */
  databaseCpu(): Promise<number>;
  stop(): Promise<void>;
}

/** In the child: reports the URL and responds to the parent's queries. */
export function serveBench(url: string): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ memory: process.memoryUsage.rss(), cpu: user + system });
  });
  process.on("disconnect", () => process.exit());
  process.send?.({ url });
}

/**
 * In the parent: starts a server from this folder.
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
    // Log lines are written, as in production, but discarded.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { url } = await answerOf<{ url: string }>(child);
  return {
    name,
    url,
    usage: () => {
      const answer = answerOf<{ memory: number; cpu: number }>(child);
      child.send("usage");
      return answer;
    },
    databaseCpu: () => cpuOfBackends(env.DATABASE_URL ?? ""),
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.disconnect();
      }),
  };
}

/** Linux measures CPU time in hundredths of a second (USER_HZ). */
const microsecondsPerTick = 10_000;

async function cpuOfBackends(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    return rows.reduce((sum, { pid }) => sum + cpuOfProcess(pid), 0);
  } finally {
    await client.end();
  }
}

function cpuOfProcess(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may contain spaces; user and system time are
  // fields 14 and 15.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`A bench server exited with status ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as T);
    });
  });
}
