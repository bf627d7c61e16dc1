import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { clusterFolder, type ClusterHome } from "./cluster-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { readPostmasterFile } from "./postmaster";
import { waitUntil } from "./processes";
import { serverEnvironment } from "./server-account";

const readyMilliseconds = 60_000;
const maxAttempts = 50;
const betweenAttemptsMilliseconds = 100;

/** What the server of one developer needs; it is reached over TCP on this machine only. */
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
 * Starts a server on a cluster that has none, on the port it last had if that is
 * free. It outlives this process, and Ctrl-C in a terminal does not reach it.
 *
 * @param binaries the folder of PostgreSQL's programs
 * @param durable false when the data may be lost if the machine goes down
 * @returns its port
 * @throws EmbeddedPostgresError with the end of the server's log
 */
export async function launchServer(
  home: ClusterHome,
  binaries: string,
  durable: boolean,
): Promise<number> {
  const log = join(home.path, "server.log");
  const portFile = join(home.path, "port");
  if (existsSync(log)) renameSync(log, `${log}.1`);
  let port = existsSync(portFile)
    ? Number(readFileSync(portFile, "utf8"))
    : await freePort();
  for (let attempt = 1; ; attempt += 1) {
    if (await launchOnce(home, binaries, durable, port)) {
      writeFileSync(portFile, `${port}\n`);
      return port;
    }
    const end = readFileSync(log, "utf8").slice(-2000).trim();
    const isPortTaken = end.includes("could not bind");
    // The children of a server that was killed need a moment to end.
    const isStillEnding = end.includes("pre-existing shared memory block");
    if (!(isPortTaken || isStillEnding) || attempt === maxAttempts) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start in ${home.path}. Start over with --reset, or set DATABASE_URL. Its log (${log}) ends with:\n${end || "nothing"}`,
      );
    }
    if (isPortTaken) port = await freePort();
    else await pause(betweenAttemptsMilliseconds);
  }
}

/** @returns false when the server ended instead of becoming ready */
async function launchOnce(
  home: ClusterHome,
  binaries: string,
  durable: boolean,
  port: number,
): Promise<boolean> {
  const log = join(home.path, "server.log");
  const cluster = clusterFolder(home.path);
  const options = Object.entries({
    ...settings,
    ...(durable ? {} : notDurable),
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const args = ["-p", String(port), ...options];
  const onWindows = process.platform === "win32";
  const output = openSync(log, "w", 0o600);
  const child = spawn(
    // On Windows, only pg_ctl can drop an administrator's rights for the server.
    join(binaries, onWindows ? "pg_ctl" : "postgres"),
    onWindows
      ? ["start", "-w", "-D", cluster, "-o", args.join(" ")]
      : ["-D", cluster, ...args],
    {
      ...home.account.ids,
      cwd: "/",
      detached: true,
      env: serverEnvironment(),
      stdio: ["ignore", output, output],
      windowsHide: true,
    },
  );
  closeSync(output);
  let hasEnded = false;
  let problem: Error | undefined;
  child.once("error", (error) => (problem = error));
  child.once("exit", (code) => (hasEnded = !onWindows || code !== 0));
  child.unref();
  const outcome = await waitUntil(() => {
    const file = readPostmasterFile(cluster);
    const isNew = onWindows || file?.pid === child.pid;
    if (isNew && file?.isReady) return "ready";
    return hasEnded || problem !== undefined ? "ended" : undefined;
  }, readyMilliseconds);
  if (outcome === "ready") return true;
  if (outcome === "ended" && !problem) return false;
  child.kill("SIGINT");
  throw new EmbeddedPostgresError(
    problem
      ? `PostgreSQL could not be started: ${problem.message}`
      : `PostgreSQL is not ready after ${readyMilliseconds / 1000} seconds. See ${log}`,
    { cause: problem },
  );
}

/** A TCP port of 127.0.0.1 that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
