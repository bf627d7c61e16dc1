import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";

/** A server under load in a process of its own. */
export interface BenchServer {
  readonly name: string;
  readonly url: string;
  /** What it uses: resident memory in bytes, CPU since its start in microseconds. */
  usage(): Promise<{ readonly memory: number; readonly cpu: number }>;
  /** CPU of its database since the start of each connection, in microseconds. */
  databaseCpu(): Promise<number>;
  stop(): Promise<void>;
}

/** In the child: says where it listens and answers what the parent asks. */
export function serveBench(url: string): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ memory: process.memoryUsage.rss(), cpu: user + system });
  });
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

/** Linux counts a process's time in hundredths of a second: USER_HZ. */
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
  // The name, in parentheses, may have spaces; user and system time are the 14th and 15th field.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * microsecondsPerTick;
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
