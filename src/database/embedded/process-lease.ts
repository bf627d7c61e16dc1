import { randomUUID } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { systemCode } from "./embedded-postgres-error";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity";

/**
 * A file that says: this process uses the server. To be taken, released and
 * counted only under the cluster's lock.
 */
export interface ProcessLease {
  readonly file: string;
}

/**
 * Takes a lease for this process.
 *
 * @param home the cluster's folder; leases are kept in one below it
 */
export function takeLease(home: string): ProcessLease {
  const folder = leaseFolder(home);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${process.pid}-${randomUUID()}`);
  writeFileSync(file, `${ownIdentity()}\n`);
  return { file };
}

/** Gives a lease back; it may be gone already. */
export function releaseLease(lease: ProcessLease): void {
  rmSync(lease.file, { force: true });
}

/**
 * Who uses the server. The leases of the dead are removed on the way.
 *
 * @returns one entry per lease, so a process may be named twice
 */
export function livingLeases(home: string): ProcessIdentity[] {
  const folder = leaseFolder(home);
  return fileNames(folder).flatMap((name) => {
    const file = join(folder, name);
    const holder = readFileSync(file, "utf8").trim();
    if (isAlive(holder)) return [holder];
    rmSync(file, { force: true });
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
