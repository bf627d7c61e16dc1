import { randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { uuidV7 } from "../common/uuid";
import { Clock } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import { Purge } from "../database/purge";
import { digestOf } from "../users/stored-identity";
import {
  cutOffSessions,
  endSession,
  eraseMoreSessions,
  eraseSessions,
  findAnyProvedUpTo,
  findFirstProvedSince,
  findProvedUpTo,
} from "./postgres-session-end.statements";
import {
  authenticateSession,
  sessionRotation,
} from "./postgres-session-rotation.statements";
import {
  countSessions,
  findSession,
  listSessions,
  startSession,
  type NewSessionTimes,
} from "./postgres-session.statements";
import { PostgresSessionRotation } from "./postgres-session-rotation";
import {
  type EndedSessions,
  type EndReason,
  type PresentedRefreshToken,
  type RotateOutcome,
  type Session,
  type SessionContext,
  type SessionProof,
  SessionStore,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

/** How long a session's row is kept after its end, in seconds. */
const keptSeconds = 7 * 24 * 3600;

/**
 * Maximum number of sessions that are ended individually if others must remain.
 * For a user with more, all are ended.
 */
const mostNamed = 1000;

/** The values of a session before it is inserted. */
export interface SessionDraft extends SessionContext {
  readonly id: string;
  readonly salt: Buffer;
  readonly clientId: string;
  readonly identityDigest: Buffer;
  readonly provedAt: Date;
}

/** Sessions in Postgres. */
@Injectable()
export class PostgresSessionStore extends SessionStore {
  constructor(
    private readonly database: Database,
    private readonly rotation: PostgresSessionRotation,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
    purge: Purge,
  ) {
    super();
    purge.add({
      table: "sessions",
      key: "id",
      time: "absolute_expires_at",
      keptSeconds,
    });
    purge.add({
      table: "session_cutoffs",
      key: "ctid",
      time: "not_before",
      keptSeconds: options.maxTtlSeconds + keptSeconds,
    });
    purge.addStatement(eraseMoreSessions);
  }

  override async start(
    userId: string,
    proof: SessionProof,
    context: SessionContext,
    { query }: Pick<Transaction, "query"> = this.database,
  ): Promise<Session> {
    const draft = this.draft(proof, context);
    const [times] = await query<NewSessionTimes>(startSession, [
      userId,
      ...this.valuesOf(draft),
    ]);
    if (!times) throw new Error("Postgres returned no row");
    return this.sessionOf(draft, userId, times);
  }

  override async find(id: string): Promise<Session | null> {
    const [session] = await this.database.query<Session>(findSession, [id]);
    return session ?? null;
  }

  override async list(userId: string): Promise<Session[]> {
    const values = [userId, this.clock.statementTime()];
    return this.database.query<Session>(listSessions, values);
  }

  override async countLive(limit: number): Promise<number> {
    const values = [limit, this.clock.statementTime()];
    const [row] = await this.database.query<{ count: number }>(
      countSessions,
      values,
    );
    return row?.count ?? 0;
  }

  override async rotate(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RotateOutcome> {
    const found = await this.rotation.run(sessionRotation, token, context);
    // Only statements that join the user return one.
    return found.outcome;
  }

  override async authenticate(
    sessionId: string,
    userId: string,
    proof: SessionProof,
    context: Omit<SessionContext, "device">,
    { query }: Transaction,
  ): Promise<Session | null> {
    const { ip, userAgent, keyThumbprint } = context;
    const [session] = await query<Session>(authenticateSession, [
      sessionId,
      userId,
      keyThumbprint,
      this.clock.statementTime(),
      this.options.idleTtlSeconds,
      ip,
      userAgent,
      proof.clientId,
      digestOf(proof),
      provedAt(proof).toISOString(),
    ]);
    return session ?? null;
  }

  override async end(
    sessionId: string,
    userId: string,
    reason: EndReason,
    { query }: Transaction,
  ): Promise<boolean> {
    const values = [sessionId, userId, this.clock.statementTime(), reason];
    return (await query(endSession, values)).length > 0;
  }

  override async endAll(
    userId: string,
    reason: EndReason,
    { query }: Transaction,
    provedUpTo?: Date,
  ): Promise<EndedSessions> {
    const upTo = provedUpTo?.toISOString() ?? "infinity";
    const which = [userId, this.clock.statementTime(), upTo];
    const cutOff = (values = which) =>
      query<{ before: Date }>(cutOffSessions, [...values, reason]);
    const live = await query(findAnyProvedUpTo, which);
    const wereLive = live.length > 0;
    if (provedUpTo) {
      const [remaining] = await query<{ first: Date | null }>(
        ...[findFirstProvedSince, which],
      );
      const first = remaining?.first;
      const named = first
        ? await query<{ id: string }>(findProvedUpTo, [
            ...[...which, first.toISOString(), mostNamed + 1],
          ])
        : [];
      if (first && named.length <= mostNamed) {
        await cutOff();
        const sessionIds = named.map(({ id }) => id);
        return { before: wereLive ? first : null, sessionIds, wereLive };
      }
    }
    // Even if there are none: one may be starting concurrently.
    const [cutoff] = await cutOff([...which.slice(0, 2), "infinity"]);
    return { before: cutoff?.before ?? null, sessionIds: [], wereLive };
  }

  override async erase(userId: string, { query }: Transaction): Promise<void> {
    await query(eraseSessions, [userId]);
  }

  /** A session to insert. */
  draft(proof: SessionProof, context: SessionContext): SessionDraft {
    const { device, ip, userAgent, keyThumbprint } = context;
    return {
      id: uuidV7(),
      salt: randomBytes(32),
      clientId: proof.clientId,
      identityDigest: digestOf(proof),
      provedAt: provedAt(proof),
      device,
      ip,
      userAgent,
      keyThumbprint,
    };
  }

  /** The parameters of the statements that insert a session. */
  valuesOf(draft: SessionDraft): unknown[] {
    return [
      draft.id,
      draft.clientId,
      draft.identityDigest,
      draft.salt,
      this.options.idleTtlSeconds,
      this.options.maxTtlSeconds,
      draft.device,
      draft.ip,
      draft.userAgent,
      draft.keyThumbprint,
      draft.provedAt.toISOString(),
      this.clock.statementTime(),
    ];
  }

  /** The session after it has been inserted. */
  sessionOf(
    draft: SessionDraft,
    userId: string,
    { createdAt, authenticatedAt }: NewSessionTimes,
  ): Session {
    const later = (seconds: number) =>
      new Date(createdAt.getTime() + seconds * 1000);
    return {
      ...draft,
      userId,
      generation: 1,
      rotations: [],
      lateRetries: [],
      idleExpiresAt: later(this.options.idleTtlSeconds),
      absoluteExpiresAt: later(this.options.maxTtlSeconds),
      authenticatedAt,
      createdAt,
      lastUsedAt: createdAt,
      revokedAt: null,
      revokedReason: null,
    };
  }
}

function provedAt({ issuedAt }: SessionProof): Date {
  return new Date(issuedAt * 1000);
}
