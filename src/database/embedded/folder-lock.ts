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
import { isAlive, ownIdentity, pidOf } from "./process-identity";
import { waitUntil } from "./wait-until";

export interface LockOptions {
  /** Called before every try; the place to make the folder. */
  readonly prepare?: () => void;
  /** Called once with the holder's process number if there is a wait. */
  readonly onWait?: (pid: number) => void;
  /** How long to wait for another holder, in milliseconds; default two minutes. */
  readonly timeoutMilliseconds?: number;
}

/**
 * Runs `work` while no other process, and no other call in this one, is inside
 * a `withLock` on the same file. The lock of a process that died is broken.
 *
 * @throws EmbeddedPostgresError when a living holder does not let go in time
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  let told = false;
  const locked = await waitUntil(() => {
    options.prepare?.();
    if (tryLock(file)) return true;
    const holder = lockHolder(file);
    if (!told && holder !== undefined && isAlive(holder)) {
      told = true;
      options.onWait?.(pidOf(holder));
    }
    return false;
  }, options.timeoutMilliseconds ?? 120_000);
  if (!locked) {
    const holder = lockHolder(file);
    throw new EmbeddedPostgresError(
      `Process ${holder ? pidOf(holder) : "?"} holds ${file} and does not let go. If it hangs, end it and try again.`,
    );
  }
  try {
    return await work();
  } finally {
    unlock(file);
  }
}

/** One try to take a lock, which {@link unlock} gives back. Never waits. */
export function tryLock(file: string): boolean {
  if (create(file)) return true;
  if (!isStale(file)) return false;
  // Two who find it stale must not both delete it: the second would delete the
  // first one's new lock. So deleting is under a lock itself.
  const breaker = `${file}.break`;
  if (!tryLock(breaker)) return false;
  try {
    if (isStale(file)) unlock(file);
  } finally {
    unlock(breaker);
  }
  return create(file);
}

/** Gives a lock back. */
export function unlock(file: string): void {
  rmSync(file, { force: true });
}

/** The process that holds a lock, dead or alive. */
export function lockHolder(file: string): string | undefined {
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
    // Whoever deletes the folder takes its locks along.
    if (systemCode(error) === "ENOENT" && existsSync(dirname(file))) {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
