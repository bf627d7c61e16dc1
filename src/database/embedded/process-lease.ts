import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "./embedded-postgres-error";
import { isAlive, ownIdentity, type ProcessIdentity } from "./processes";

/** The path of a file that means: this process is using the server. */
export type ProcessLease = string;

/**
 * Takes a lease for this process. Call it under the lock.
 *
 * @param home the cluster's home, see cluster-home.ts
 */
export function takeLease(home: string): ProcessLease {
  const folder = leaseFolder(home);
  mkdirSync(folder, { recursive: true });
  // The identity is in the name, so that nobody ever reads half of it.
  const lease = join(folder, `${ownIdentity()}~${randomUUID()}`);
  writeFileSync(lease, "");
  return lease;
}

/** Gives a lease back; it may be gone already. */
export function releaseLease(lease: ProcessLease): void {
  rmSync(lease, { force: true });
}

/**
 * Lists who is using the server, and removes the leases of dead processes.
 *
 * @returns one entry per lease, so a process may be listed twice
 */
export function livingLeases(home: string): ProcessIdentity[] {
  const folder = leaseFolder(home);
  return fileNames(folder).flatMap((name) => {
    const [holder = ""] = name.split("~");
    if (isAlive(holder)) return [holder];
    releaseLease(join(folder, name));
    return [];
  });
}

function leaseFolder(home: string): string {
  return join(home, "leases");
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
