import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import {
  decideRotation,
  type PresentedRefreshToken,
  type RotateOutcome,
  type RotationDecision,
  type Session,
  type SessionContext,
  type SessionProof,
} from "../../../src/index";
import { digestOf } from "../../../src/users/stored-identity";
import type { SessionStoreRules } from "../../../src/testing";

/*
 * Changes of a session, for stores that keep it as one value: they read it,
 * call a function of this file, and write its result if there was no other
 * write meanwhile. Times are milliseconds since 1970, by the store's clock.
 */

/**
 * The number of recorded rotations: as many as can fall within a grace period.
 */
const rememberedRotations = 64;
const rememberedLateRetries = 10;
const maxListed = 1000;

/** The time of a change, and the rules for sessions. */
export interface Moment {
  readonly now: number;
  /**
   * Sessions of the user that were authenticated before this have ended; 0 for
   * none.
   */
  readonly cutoff: number;
  readonly rules: SessionStoreRules;
}

export function newSession(
  userId: string,
  proof: SessionProof,
  context: SessionContext,
  moment: Moment,
): Session {
  const now = new Date(moment.now);
  const { device, ip, userAgent, keyThumbprint } = context;
  return {
    ...{ id: uuidv7(), userId, salt: randomBytes(32), generation: 1 },
    ...{ rotations: [], lateRetries: [] },
    ...{ device, ip, userAgent, keyThumbprint },
    ...proved(proof, moment),
    idleExpiresAt: new Date(moment.now + moment.rules.idleTtlSeconds * 1000),
    absoluteExpiresAt: new Date(moment.now + moment.rules.maxTtlSeconds * 1000),
    ...{ createdAt: now, lastUsedAt: now },
    ...{ revokedAt: null, revokedReason: null },
  };
}

/** Whether the cutoff of its user has ended a session. */
export function isCutOff(session: Session, cutoff: number): boolean {
  return session.authenticatedAt.getTime() < cutoff;
}

export function isLive(session: Session, { now, cutoff }: Moment): boolean {
  return (
    session.revokedAt === null &&
    !isCutOff(session, cutoff) &&
    session.idleExpiresAt.getTime() > now &&
    session.absoluteExpiresAt.getTime() > now
  );
}

/** The session for callers: one before the cutoff is marked as ended. */
export function told(session: Session, cutoff: number): Session {
  return session.revokedAt === null && isCutOff(session, cutoff)
    ? { ...session, revokedAt: new Date(cutoff) }
    : session;
}

/** The active sessions, last used first, at most 1000. */
export function listed(sessions: Session[], moment: Moment): Session[] {
  const time = ({ lastUsedAt }: Session) => lastUsedAt.getTime();
  return sessions
    .filter((session) => isLive(session, moment))
    .sort((a, b) => time(b) - time(a))
    .slice(0, maxListed);
}

/** The outcome for a presented token, and the session to write. */
export function rotation(
  session: Session,
  { generation, pepper, proof }: PresentedRefreshToken,
  context: Omit<SessionContext, "device">,
  moment: Moment,
): { readonly outcome: RotateOutcome; readonly change: Session | null } {
  const own = hash("sha256", Buffer.concat([session.salt, pepper]), "buffer");
  if (
    !timingSafeEqual(own, proof) ||
    session.keyThumbprint !== context.keyThumbprint
  ) {
    return { outcome: { kind: "not-accepted" }, change: null };
  }
  const successor = { ...session, generation: generation + 1 };
  switch (decided(session, generation, moment)) {
    case "rotate": {
      const change = replaced(session, generation, context, moment);
      return { outcome: rotatedTo(change), change };
    }
    case "repeat":
      return { outcome: rotatedTo(successor), change: null };
    case "repeat-late": {
      const now = new Date(moment.now);
      const lateRetries = [now, ...session.lateRetries];
      const change = {
        ...{ ...session, lastUsedAt: now },
        lateRetries: lateRetries.slice(0, rememberedLateRetries),
      };
      return { outcome: { ...rotatedTo(successor), late: true }, change };
    }
    case "reuse":
      return { outcome: { kind: "reused", session }, change: null };
    case "expired":
      return { outcome: { kind: "expired" }, change: null };
    case "revoked":
      return { outcome: { kind: "ended" }, change: null };
  }
}

/**
 * The session authenticated again; null if it has ended, or does not belong to
 * this user with this key.
 */
export function renewed(
  session: Session,
  userId: string,
  proof: SessionProof,
  context: Omit<SessionContext, "device">,
  moment: Moment,
): Session | null {
  const isIts =
    session.userId === userId &&
    session.keyThumbprint === context.keyThumbprint;
  if (!isIts || !isLive(session, moment)) return null;
  const next = replaced(session, session.generation, context, moment);
  return { ...next, ...proved(proof, moment) };
}

/** The next whole second after now and after the previous cutoff. */
export function nextCutoff({ now, cutoff }: Moment): number {
  const second = Math.floor(now / 1000) + 1;
  return Math.max(second, Math.floor(cutoff / 1000) + 1) * 1000;
}

function rotatedTo(session: Session) {
  return { kind: "rotated" as const, session, late: false };
}

/**
 * @param generation the replaced one; unused ones before it are replaced as
 * well
 */
function replaced(
  session: Session,
  generation: number,
  { ip, userAgent }: Omit<SessionContext, "device">,
  { now, rules }: Moment,
): Session {
  const end = session.absoluteExpiresAt.getTime();
  const idle = Math.min(now + rules.idleTtlSeconds * 1000, end);
  const count = generation - session.generation + 1;
  const rotations = [
    ...Array<Date>(Math.min(count, rememberedRotations)).fill(new Date(now)),
    ...session.rotations,
  ];
  return {
    ...session,
    generation: generation + 1,
    rotations: rotations.slice(0, rememberedRotations),
    ...{ idleExpiresAt: new Date(idle), lastUsedAt: new Date(now) },
    ip: ip ?? session.ip,
    userAgent: userAgent ?? session.userAgent,
  };
}

function proved(proof: SessionProof, { now, cutoff }: Moment) {
  return {
    ...{ clientId: proof.clientId, identityDigest: digestOf(proof) },
    provedAt: new Date(proof.issuedAt * 1000),
    // Otherwise the user's cutoff would end this session as well.
    authenticatedAt: new Date(Math.max(now, cutoff)),
  };
}

function decided(
  session: Session,
  generation: number,
  { now, cutoff, rules }: Moment,
): RotationDecision {
  const milliseconds = (times: readonly Date[]) =>
    times.map((time) => time.getTime());
  return decideRotation(
    {
      generation: session.generation,
      rotations: milliseconds(session.rotations),
      lateRetries: milliseconds(session.lateRetries),
      idleExpiresAt: session.idleExpiresAt.getTime(),
      absoluteExpiresAt: session.absoluteExpiresAt.getTime(),
      isRevoked: session.revokedAt !== null || isCutOff(session, cutoff),
    },
    generation,
    now,
    {
      graceMilliseconds: rules.refreshGraceSeconds * 1000,
      lateRetries: rules.refreshLateRetries,
    },
  );
}
