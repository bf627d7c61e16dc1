import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { executable } from "./bundled-binaries";
import { EmbeddedPostgresError, systemCode } from "./embedded-postgres-error";
import { disownPostmasterFile, readPostmasterFile } from "./postmaster-file";
import { commandLineOf, isRunning, workingFolderOf } from "./process-identity";
import { answersFor } from "./server-connection";
import { waitUntil } from "./wait-until";

/** A server that takes connections. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

const comeToRestMilliseconds = 60_000;
const fastStopMilliseconds = 20_000;
const immediateStopMilliseconds = 5_000;

/**
 * Finds the server that somebody else left or keeps running on a data directory.
 * One that is just starting or stopping is waited for. A file left by a dead
 * server is no server, even if another process has its number by now.
 *
 * @param password of the superuser
 * @throws EmbeddedPostgresError when one runs and does not answer to the password
 */
export async function findServer(
  cluster: string,
  password: string,
): Promise<RunningServer | undefined> {
  let pid = livingPostmaster(cluster);
  const found = await waitUntil(async () => {
    pid = livingPostmaster(cluster);
    const file = readPostmasterFile(cluster);
    if (!file) return "none";
    if (pid === undefined) {
      // Postgres would stop at any process of that number, even at a zombie.
      disownPostmasterFile(cluster);
      return "none";
    }
    if (file.status !== "ready") return undefined;
    const { port } = file;
    const answers = await answersFor({ port, password }, cluster);
    return answers ? { pid, port } : undefined;
  }, comeToRestMilliseconds);
  if (found) return found === "none" ? undefined : found;
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${pid ?? "?"}) runs on ${cluster} and does not answer. End that process and try again, or start afresh with --reset.`,
  );
}

/**
 * Stops the server of a data directory, if one runs: it ends its connections and
 * writes everything down; one that hangs is ended without that.
 */
export async function stopServer(cluster: string): Promise<void> {
  const pid = livingPostmaster(cluster);
  if (pid === undefined) return;
  const gone = (milliseconds: number) =>
    waitUntil(() => !isRunning(pid), milliseconds);
  signal(cluster, pid, "INT");
  if (await gone(fastStopMilliseconds)) return;
  signal(cluster, pid, "QUIT");
  if (await gone(immediateStopMilliseconds)) return;
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${pid}) on ${cluster} does not stop. End that process.`,
  );
}

/**
 * Tells a server to stop, and blocks until it has taken note: for a process that
 * is about to end and can wait for nothing else. After that nobody adopts it.
 *
 * @param launched the process we started, which may not have told of itself yet
 */
export function stopServerAtOnce(cluster: string, launched?: number): void {
  const pid = livingPostmaster(cluster) ?? launched;
  if (pid === undefined || !isRunning(pid)) return;
  signal(cluster, pid, "INT");
  const deadline = performance.now() + 1000;
  while (performance.now() < deadline && isRunning(pid)) {
    if (readPostmasterFile(cluster)?.status === "stopping") return;
    blockFor(5);
  }
}

/** Blocks this thread. */
export function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function livingPostmaster(cluster: string): number | undefined {
  const pid = readPostmasterFile(cluster)?.pid;
  return pid && isRunning(pid) && isPostmasterOf(pid, cluster)
    ? pid
    : undefined;
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  const command = commandLineOf(pid);
  return (
    command === undefined ||
    command.includes(cluster) ||
    workingFolderOf(pid) === cluster
  );
}

function signal(cluster: string, pid: number, name: "INT" | "QUIT"): void {
  if (process.platform === "win32") {
    // Windows has no signals; PostgreSQL's own go through a pipe that pg_ctl knows.
    const options = readFileSync(join(cluster, "postmaster.opts"), "utf8");
    const folder = dirname(options.slice(0, options.indexOf(' "')));
    spawnSync(executable(folder, "pg_ctl"), ["kill", name, String(pid)]);
    return;
  }
  try {
    process.kill(pid, `SIG${name}`);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}
