import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { systemCode } from "./embedded-postgres-error";

/**
 * One process, and not a later one with the same pid: `<pid>@<start time>`. The
 * start time is empty where the system does not report it.
 */
export type ProcessIdentity = string;

/** Short enough to go unnoticed, long enough to spare the CPU. */
const pollMilliseconds = 10;

let own: ProcessIdentity | undefined;

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return (own ??= `${process.pid}@${startTimeOf(process.pid) ?? ""}`);
}

/** Whether that very process is still running. */
export function isAlive(identity: ProcessIdentity): boolean {
  const pid = pidOf(identity);
  const start = identity.slice(identity.indexOf("@") + 1);
  if (!isRunning(pid)) return false;
  const startNow = start && startTimeOf(pid);
  // When in doubt, alive: a process must not lose the database it is using.
  return !startNow || startNow === start;
}

/** The pid in an identity; `NaN` when the text is not an identity. */
export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10);
}

/** Whether a process with this pid is running, under any user. */
export function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false;
  }
  // In a container without an init process, dead processes stay as zombies.
  return !/^[ZX]$/.test(linuxStat(pid)?.[0] ?? "");
}

/** The command line of a process; `undefined` where the system does not report it. */
export function commandLineOf(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "command=");
  return readProc(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ");
}

/**
 * Polls until there is an answer.
 *
 * @param ask `undefined` and `false` mean not yet
 * @returns the answer, or `undefined` after the timeout
 */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  timeoutMilliseconds: number,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMilliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline) return undefined;
    await pause(pollMilliseconds);
  }
}

function startTimeOf(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "lstart=");
  // Field 22 counts clock ticks since boot, so it is only unique within one boot.
  const ticks = linuxStat(pid)?.[19];
  const boot = readProc("/proc/sys/kernel/random/boot_id")?.slice(0, 8);
  return ticks && `${boot ?? ""}.${ticks}`;
}

/** The fields of /proc/<pid>/stat from the state (field 3) on. */
function linuxStat(pid: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readProc(`/proc/${pid}/stat`);
  // Field 2 is the program's name, which may contain spaces and brackets.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function ps(pid: number, field: string): string | undefined {
  if (process.platform === "win32") return undefined;
  const { stdout } = spawnSync("ps", ["-o", field, "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  });
  return stdout?.trim() || undefined;
}
