import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { executable } from "./bundled-binaries";
import { clusterFolder, type ClusterHome } from "./cluster-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { freePort } from "./free-port";
import type { PostgresBinaries } from "./postgres-binaries";
import type { RunningServer } from "./postmaster";
import { readPostmasterFile } from "./postmaster-file";
import { serverEnvironment } from "./server-account";
import { waitUntil } from "./wait-until";

export interface Launch {
  readonly home: ClusterHome;
  readonly binaries: PostgresBinaries;
  /** False when the data may be lost if the machine goes down. */
  readonly durable: boolean;
  /** Called with the process number as soon as there is one. */
  readonly onSpawn: (pid: number) => void;
}

const readyMilliseconds = 60_000;
const mostTries = 50;
const betweenTriesMilliseconds = 100;

/** What a server of one developer needs; it is reached over TCP on this machine only. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "128MB",
  // Containers have little or no /dev/shm.
  dynamic_shared_memory_type: "mmap",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  logging_collector: "off",
};

const notDurable = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

/**
 * Starts a server on a cluster that has none, on the port it had last if that is
 * free. It outlives this process, and what a terminal does to our process group.
 *
 * @throws EmbeddedPostgresError with the end of the server's log
 */
export async function launchServer(launch: Launch): Promise<RunningServer> {
  const log = join(launch.home.path, "server.log");
  const portFile = join(launch.home.path, "port");
  if (existsSync(log)) renameSync(log, `${log}.1`);
  let wanted = existsSync(portFile)
    ? Number(readFileSync(portFile, "utf8"))
    : 0;
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(wanted);
    const server = await launchOnce(launch, port, log);
    if (server) {
      writeFileSync(portFile, `${port}\n`);
      return server;
    }
    const end = readFileSync(log, "utf8").slice(-2000).trim();
    const portWasTaken = end.includes("could not bind");
    // The children of a server that was killed take a moment to notice.
    const stillDying = end.includes("pre-existing shared memory block");
    if (!(portWasTaken || stillDying) || tries === mostTries) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start in ${launch.home.path}. Its log (${log}) ends with:\n${end || "nothing"}`,
      );
    }
    if (portWasTaken) wanted = 0;
    else await pause(betweenTriesMilliseconds);
  }
}

/** @returns undefined when the server ended instead of starting */
async function launchOnce(
  launch: Launch,
  port: number,
  log: string,
): Promise<RunningServer | undefined> {
  const cluster = clusterFolder(launch.home.path);
  const onWindows = process.platform === "win32";
  const server = ["-p", String(port), ...settingArguments(launch.durable)];
  // On Windows only pg_ctl can give up an administrator's rights for the server.
  const [program, args] = onWindows
    ? ["pg_ctl", ["start", "-w", "-D", cluster, "-o", server.join(" ")]]
    : ["postgres", ["-D", cluster, ...server]];
  const output = openSync(log, "w", 0o600);
  const child = spawn(executable(launch.binaries.folder, program), args, {
    ...launch.home.account.ids,
    cwd: "/",
    detached: true,
    env: serverEnvironment(),
    stdio: ["ignore", output, output],
    windowsHide: true,
  });
  closeSync(output);
  let ended = false;
  let problem: Error | undefined;
  child.once("error", (error) => (problem = error));
  child.once("exit", (code) => (ended = !onWindows || code !== 0));
  child.unref();
  if (child.pid !== undefined && !onWindows) launch.onSpawn(child.pid);
  const outcome = await waitUntil(() => {
    const file = readPostmasterFile(cluster);
    const isNew = onWindows || file?.pid === child.pid;
    if (isNew && file?.status === "ready") return file;
    return ended || problem !== undefined ? "ended" : undefined;
  }, readyMilliseconds);
  if (problem) {
    throw new EmbeddedPostgresError(
      `PostgreSQL could not be started: ${problem.message}`,
      { cause: problem },
    );
  }
  if (outcome === "ended") return undefined;
  if (outcome) return { pid: outcome.pid, port };
  child.kill("SIGINT");
  throw new EmbeddedPostgresError(
    `PostgreSQL is not ready after ${readyMilliseconds / 1000} seconds. See ${log}`,
  );
}

function settingArguments(durable: boolean): string[] {
  const all = { ...settings, ...(durable ? {} : notDurable) };
  return Object.entries(all).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
}
