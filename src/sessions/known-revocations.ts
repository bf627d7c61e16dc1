import { instanceSkewSeconds } from "../common/clock.port";
import type { Revoked } from "./revocations.port";

/**
 * A row of the table as read: times in milliseconds, `before` in whole seconds.
 */
export type RevocationRow = readonly [
  id: number,
  sessionId: string | null,
  userId: string | null,
  before: number | null,
  expiresAt: number,
  age: number,
];

/**
 * How long a transaction may take from writing a revocation to its commit, in
 * milliseconds: until then a lower id may still appear.
 */
const longestTransactionMilliseconds = 60_000;
/**
 * Maximum number of missing ids that are tracked; any others are found the next
 * time everything is read.
 */
const maxMissing = 10_000;

interface Cutoff {
  readonly before: number;
  readonly expiresAt: number;
}

/**
 * The revocations that an instance knows, and the ids it may have missed: ids
 * are assigned in order but committed in any order, so a gap may still be
 * filled.
 */
export class KnownRevocations {
  /** Maps a session id to the time when its last access token expires. */
  private readonly sessions = new Map<string, number>();
  private readonly users = new Map<string, Cutoff>();
  /**
   * Ids below the highest that have not been seen, and since when they have
   * been missing.
   */
  private readonly missing = new Map<number, number>();
  private highest = 0;

  get highestId(): number {
    return this.highest;
  }

  get size(): number {
    return this.sessions.size + this.users.size;
  }

  missingIds(): number[] {
    return [...this.missing.keys()];
  }

  covers(sessionId: string, userId: string, authenticatedAt: number): boolean {
    if (this.sessions.has(sessionId)) return true;
    const cutoff = this.users.get(userId);
    return cutoff !== undefined && authenticatedAt < cutoff.before;
  }

  /** @param expiresAt milliseconds since 1970 */
  add(revoked: Revoked, expiresAt: number): void {
    if ("sessionId" in revoked) {
      this.addSession(revoked.sessionId, expiresAt);
    } else {
      this.addCutoff(
        revoked.userId,
        Math.floor(revoked.before.getTime() / 1000),
        expiresAt,
      );
    }
  }

  /**
   * @param rows the rows of a query
   * @param isEverything whether these are all rows on this server
   */
  take(rows: readonly RevocationRow[], isEverything: boolean): void {
    if (isEverything) {
      this.missing.clear();
      this.highest = 0;
    }
    const before = this.highest;
    const seen = new Set<number>();
    let youngest = Number.POSITIVE_INFINITY;
    for (const [id, sessionId, userId, cutoff, expiresAt, age] of rows) {
      seen.add(id);
      this.missing.delete(id);
      this.highest = Math.max(this.highest, id);
      if (age < longestTransactionMilliseconds) {
        youngest = Math.min(youngest, id);
      }
      if (sessionId !== null) this.addSession(sessionId, expiresAt);
      if (userId !== null && cutoff !== null) {
        this.addCutoff(userId, cutoff, expiresAt);
      }
    }
    // Anything older than the maximum transaction duration has been committed
    // or never will be.
    const from = isEverything ? youngest : before + 1;
    const now = performance.now();
    for (let id = from; id < this.highest; id++) {
      if (this.missing.size >= maxMissing) return;
      if (!seen.has(id)) this.missing.set(id, now);
    }
  }

  /** @param now milliseconds since 1970 */
  forget(now: number): void {
    const over = now - instanceSkewSeconds * 1000;
    for (const [id, expiresAt] of this.sessions) {
      if (expiresAt < over) this.sessions.delete(id);
    }
    for (const [id, { expiresAt }] of this.users) {
      if (expiresAt < over) this.users.delete(id);
    }
    const given = performance.now() - longestTransactionMilliseconds;
    for (const [id, since] of this.missing) {
      if (since >= given) break;
      this.missing.delete(id);
    }
  }

  private addSession(sessionId: string, expiresAt: number): void {
    const known = this.sessions.get(sessionId) ?? 0;
    this.sessions.set(sessionId, Math.max(expiresAt, known));
  }

  private addCutoff(userId: string, before: number, expiresAt: number): void {
    const known = this.users.get(userId);
    this.users.set(userId, {
      before: Math.max(before, known?.before ?? 0),
      expiresAt: Math.max(expiresAt, known?.expiresAt ?? 0),
    });
  }
}
