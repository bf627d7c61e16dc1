import type { Session } from "../../../src/index";

/**
 * A session as a value in Redis: JSON, with times as strings and bytes in
 * base64.
 */
export function writeSession(session: Session): string {
  return JSON.stringify({
    ...session,
    identityDigest: session.identityDigest.toString("base64"),
    salt: session.salt.toString("base64"),
  });
}

/** @param value written by `writeSession` */
export function readSession(value: string): Session {
  const stored = JSON.parse(value) as Record<keyof Session, string> &
    Pick<Session, "generation"> & {
      readonly rotations: string[];
      readonly lateRetries: string[];
      readonly revokedAt: string | null;
    };
  const time = (text: string) => new Date(text);
  return {
    ...stored,
    identityDigest: Buffer.from(stored.identityDigest, "base64"),
    salt: Buffer.from(stored.salt, "base64"),
    rotations: stored.rotations.map(time),
    lateRetries: stored.lateRetries.map(time),
    idleExpiresAt: time(stored.idleExpiresAt),
    absoluteExpiresAt: time(stored.absoluteExpiresAt),
    provedAt: time(stored.provedAt),
    authenticatedAt: time(stored.authenticatedAt),
    createdAt: time(stored.createdAt),
    lastUsedAt: time(stored.lastUsedAt),
    revokedAt: stored.revokedAt === null ? null : time(stored.revokedAt),
  };
}

/**
 * KEYS: session, index of the user. ARGV: the value as it was read ("" for
 * none), the new one, the session's id, when it was authenticated, seconds to
 * keep it. Returns 1 if there was no other write meanwhile.
 */
export const writeIfUnchanged = `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return 1`;

/** KEYS: cutoff. ARGV: value as read, new value, seconds to keep it. */
export const cutOffIfUnchanged = `
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1`;

/** The result of TIME, in milliseconds since 1970. */
export function timeOf(answer: unknown): number {
  const [seconds = 0, microseconds = 0] = (answer as string[]).map(Number);
  return seconds * 1000 + Math.floor(microseconds / 1000);
}
