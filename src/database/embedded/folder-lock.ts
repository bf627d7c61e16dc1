import { randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { EmbeddedPostgresError, systemCode } from "./embedded-postgres-error";
import { isAlive, ownIdentity, pidOf, waitUntil } from "./processes";

/**
 * Runs `work` while no other process, and no other call in this process, is inside
 * a `withLock` on the same file. A lock whose holder is dead is broken.
 *
 * @param timeoutMilliseconds how long to wait for another holder
 * @throws EmbeddedPostgresError when a living holder keeps the lock for too long
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  timeoutMilliseconds = 120_000,
): Promise<T> {
  const isLocked = await waitUntil(() => tryLock(file), timeoutMilliseconds);
  if (!isLocked) {
    throw new EmbeddedPostgresError(
      `Process ${pidOf(lockHolder(file) ?? "")} does not release the lock ${file}. If it hangs, end it and try again.`,
    );
  }
  try {
    return await work();
  } finally {
    unlock(file);
  }
}

function tryLock(file: string): boolean {
  if (create(file)) return true;
  if (!isStale(file)) return false;
  // Only one process may delete a stale lock: a second one would delete the lock
  // that the first has taken in the meantime. Hence a lock for the deletion.
  const breaker = `${file}.break`;
  if (!tryLock(breaker)) return false;
  try {
    if (isStale(file)) unlock(file);
  } finally {
    unlock(breaker);
  }
  return create(file);
}

function unlock(file: string): void {
  rmSync(file, { force: true });
}

function lockHolder(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isStale(file: string): boolean {
  const holder = lockHolder(file);
  return holder !== undefined && !isAlive(holder);
}

function create(file: string): boolean {
  // Written first and linked then, so that nobody ever reads half an identity.
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${ownIdentity()}\n`);
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    // Another process is deleting the folder's contents.
    if (systemCode(error) === "ENOENT" && existsSync(dirname(file))) {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
