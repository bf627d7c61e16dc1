import { clusterFolder, lockFile } from "./cluster-home";
import { lockHolder, tryLock, unlock } from "./folder-lock";
import { blockFor, stopServer, stopServerAtOnce } from "./postmaster";
import { ownIdentity } from "./process-identity";
import {
  livingLeases,
  releaseLease,
  takeLease,
  type ProcessLease,
} from "./process-lease";

/** One use of a server by this process. */
export interface Holding {
  /** The folder the caller named. */
  readonly dataDir: string;
  /** The folder the cluster is in. */
  readonly home: string;
  readonly lease: ProcessLease;
  /** The server's process, if it was launched for this holding. */
  launched?: number;
}

/** How long an ending process tries for the lock. */
const lockAtExitMilliseconds = 500;

const holdings = new Set<Holding>();

/**
 * Takes a lease, which is given back even if this process ends without stopping
 * properly, by an uncaught exception or process.exit(). Under the lock.
 */
export function hold(dataDir: string, home: string): Holding {
  const holding = { dataDir, home, lease: takeLease(home) };
  if (holdings.size === 0) process.once("exit", letGoOfAllAtOnce);
  holdings.add(holding);
  return holding;
}

/** Gives a lease back and stops the server if it was the last one. Under the lock. */
export async function letGo(holding: Holding): Promise<void> {
  releaseLease(holding.lease);
  forget(holding);
  if (livingLeases(holding.home).length > 0) return;
  await stopServer(clusterFolder(holding.home));
}

function forget(holding: Holding): void {
  holdings.delete(holding);
  if (holdings.size === 0) process.off("exit", letGoOfAllAtOnce);
}

function letGoOfAllAtOnce(): void {
  for (const holding of holdings) {
    try {
      letGoAtOnce(holding);
    } catch {
      // The process is ending and nobody is left to tell; the next start finds the server.
    }
  }
}

function letGoAtOnce(holding: Holding): void {
  const { dataDir, home, lease, launched } = holding;
  releaseLease(lease);
  const lock = lockFile(dataDir);
  // We may end in the middle of a start or stop of our own.
  const isLockedByUs = lockHolder(lock) === ownIdentity();
  // Whoever has the lock is either leaving too, or about to use the server.
  if (!isLockedByUs && !lockWithin(lock, lockAtExitMilliseconds)) return;
  try {
    if (livingLeases(home).length === 0) {
      stopServerAtOnce(clusterFolder(home), launched);
    }
  } finally {
    unlock(lock);
  }
}

function lockWithin(lock: string, milliseconds: number): boolean {
  const deadline = performance.now() + milliseconds;
  while (!tryLock(lock)) {
    if (performance.now() >= deadline) return false;
    blockFor(10);
  }
  return true;
}
