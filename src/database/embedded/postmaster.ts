import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedPostgresError, systemCode } from "./embedded-postgres-error";
import { commandLineOf, isRunning, waitUntil } from "./processes";

/**
 * What a running server writes about itself to its data directory.
 * @see https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Whether it accepts connections; false while it starts or stops. */
  readonly isReady: boolean;
}

const settleMilliseconds = 60_000;
const fastStopMilliseconds = 20_000;
const immediateStopMilliseconds = 5_000;

/** Reads `postmaster.pid`; `undefined` when it is absent or not yet complete. */
export function readPostmasterFile(
  cluster: string,
): PostmasterFile | undefined {
  const lines = readLines(cluster);
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !port) return undefined;
  return { pid, port, isReady: lines[7]?.trim() === "ready" };
}

/**
 * Removes the pid from the file of a dead server, because another process may have
 * that pid by now and Postgres would take it for the server. The file itself has to
 * stay: from the shared memory it names, Postgres finds out whether children of the
 * dead server are still writing.
 */
export function disownPostmasterFile(cluster: string): void {
  if (readPostmasterFile(cluster) === undefined) return;
  const [, ...rest] = readLines(cluster);
  // No system assigns a pid as high as this.
  const unusedPid = 2 ** 31 - 1;
  writeFileSync(file(cluster), [unusedPid, ...rest].join("\n"));
}

/**
 * The pid of the server that is running on a data directory, regardless of its
 * state.
 */
export function runningPostmaster(cluster: string): number | undefined {
  const pid = readPostmasterFile(cluster)?.pid;
  if (pid === undefined || !isRunning(pid)) return undefined;
  const command = commandLineOf(pid);
  const isOurs = command?.includes(` -D ${cluster} -p `) ?? true;
  return isOurs ? pid : undefined;
}

/**
 * Finds the server that is running on a data directory, and waits for it if it is
 * starting or stopping. Call it under the lock.
 *
 * @returns its port, or `undefined` when none is running
 * @throws EmbeddedPostgresError when one is running and does not become ready
 */
export async function findServer(cluster: string): Promise<number | undefined> {
  const found = await waitUntil(() => {
    if (runningPostmaster(cluster) === undefined) return "none";
    const file = readPostmasterFile(cluster);
    return file?.isReady ? file.port : undefined;
  }, settleMilliseconds);
  if (found === "none") {
    disownPostmasterFile(cluster);
    return undefined;
  }
  if (found !== undefined) return found;
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${runningPostmaster(cluster) ?? "?"}) is running on ${cluster} and does not respond. End that process and try again.`,
  );
}

/**
 * Stops the server of a data directory, if one is running. It ends its connections
 * and writes everything to disk; if it hangs, it is ended without that.
 */
export async function stopServer(cluster: string): Promise<void> {
  const pid = runningPostmaster(cluster);
  if (pid === undefined) return;
  for (const [signal, milliseconds] of [
    ["SIGINT", fastStopMilliseconds],
    ["SIGQUIT", immediateStopMilliseconds],
  ] as const) {
    send(signal, pid);
    if (await waitUntil(() => !isRunning(pid), milliseconds)) return;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${pid}) on ${cluster} does not stop. End that process.`,
  );
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

function readLines(cluster: string): string[] {
  try {
    return readFileSync(file(cluster), "utf8").split("\n");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function file(cluster: string): string {
  return join(cluster, "postmaster.pid");
}
