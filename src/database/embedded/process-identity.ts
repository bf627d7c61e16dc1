import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { systemCode } from "./embedded-postgres-error";

/**
 * One process, and not a later one that got the same number:
 * `<pid>@<when it started>`, the latter empty where the system does not tell.
 */
export type ProcessIdentity = string;

let own: ProcessIdentity | undefined;

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return (own ??= `${process.pid}@${startOf(process.pid) ?? ""}`);
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const pid = pidOf(identity);
  const start = identity.slice(identity.indexOf("@") + 1);
  if (!isRunning(pid)) return false;
  const startNow = start && startOf(pid);
  // Unknown on either side: better to believe in a process than to pull its database away.
  return !startNow || startNow === start;
}

/** The process number in an identity; `NaN` when it is no identity. */
export function pidOf(identity: ProcessIdentity): number {
  return Number.parseInt(identity, 10);
}

/** Whether a process of this number runs, whoever's it is. */
export function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false;
  }
  // A container without an init keeps the dead as zombies.
  return !/^[ZX]$/.test(linuxStat(pid)?.[0] ?? "");
}

/** The command line of a process; `undefined` where the system does not tell. */
export function commandLineOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    return readProc(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ");
  }
  return ps(pid, "command=");
}

/** The folder a process is in; `undefined` where the system does not tell. */
export function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform !== "linux") return ps(pid, "lstart=");
  // Field 22 counts clock ticks since the boot, so the boot belongs to it.
  const ticks = linuxStat(pid)?.[19];
  const boot = readProc("/proc/sys/kernel/random/boot_id")?.slice(0, 8);
  return ticks && `${boot ?? ""}.${ticks}`;
}

/** The fields of /proc/<pid>/stat from the state (field 3) on. */
function linuxStat(pid: number): string[] | undefined {
  if (process.platform !== "linux") return undefined;
  const stat = readProc(`/proc/${pid}/stat`);
  // Field 2 is the program's name, which may itself hold spaces and brackets.
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
