import { spawn, type ChildProcess } from "node:child_process";
import { extname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { clusterFolder, lockFile } from "./cluster-home";
import { withLock } from "./folder-lock";
import { stopServer } from "./postmaster";
import { livingLeases } from "./process-lease";
import { serverEnvironment } from "./server-account";

/*
 * A process that is killed cannot stop its server. So the process that starts one also
 * starts this program in a detached process, which stops the server once none of
 * the processes that hold a lease is alive any more.
 */

const intervalMilliseconds = 2000;
/** More than one, so that a process that is restarted finds its server still running. */
const idleChecks = 2;

const started = new Map<string, ChildProcess>();

/** Starts the watchdog of a home, before there is anything to watch. */
export function startWatchdog(home: string): void {
  // Under jest this file is TypeScript, which Node needs a loader for.
  const loader =
    extname(__filename) === ".ts"
      ? ["-r", require.resolve("@swc-node/register")]
      : [];
  const child = spawn(process.execPath, [...loader, __filename, home], {
    cwd: "/",
    detached: true,
    env: serverEnvironment(),
    stdio: "ignore",
    windowsHide: true,
  });
  // If it cannot be started, the next start still takes over a server left behind.
  child.once("error", () => undefined);
  child.unref();
  started.set(home, child);
}

/** Ends the watchdog if this process started it; any other ends by itself. */
export function endWatchdog(home: string): void {
  started.get(home)?.kill();
  started.delete(home);
}

async function watch(home: string): Promise<void> {
  for (let idle = 0; idle < idleChecks;) {
    await pause(intervalMilliseconds);
    idle = livingLeases(home).length === 0 ? idle + 1 : 0;
  }
  const isDone = await withLock(lockFile(home), async () => {
    if (livingLeases(home).length > 0) return false;
    await stopServer(clusterFolder(home));
    return true;
  });
  if (!isDone) await watch(home);
}

if (require.main === module) void watch(process.argv[2] ?? "");
