import { randomBytes } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { AuditTrail } from "../audit/audit-trail";
import { cleanText } from "../common/clean-text";
import { Clock } from "../common/clock.port";
import { canonicalAddress } from "../common/ip-address";
import { Database, type Transaction } from "../database/database";
import { Purge } from "../database/purge";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { TypeormUserDirectory } from "../users/typeorm-user-directory";
import { type User, UserDirectory } from "../users/user-directory.port";
import { OneTimeMarks } from "./one-time-marks";
import { oneTimeCondition } from "./one-time-use.statement";
import { RevocationFeed } from "./revocation-feed";
import { SessionRotation } from "./session-rotation";
import {
  endAllSessions,
  endSession,
  findSession,
  insertBesideUser,
  insertForUser,
  listSessions,
  lockUser,
} from "./session.statements";
import {
  type Ending,
  type EndingOfAll,
  type PresentedRefreshToken,
  type RefreshOutcome,
  type Session,
  type SessionContext,
  type SessionProof,
  SessionStore,
  signInContention,
  type SignInOptions,
  type SignInOutcome,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

const maxUserAgentLength = 512;
/** How long the row of a session is kept after its end, in seconds. */
const keptSeconds = 7 * 24 * 3600;
/** How far the clocks of two instances may differ, in seconds. */
const instanceSkewSeconds = 60;

/** Sessions in Postgres; a sign-in costs one round trip, user included. */
@Injectable()
export class TypeormSessionStore extends SessionStore {
  constructor(
    users: UserDirectory,
    marks: OneTimeMarks,
    private readonly database: Database,
    private readonly rotation: SessionRotation,
    private readonly feed: RevocationFeed,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
    purge: Purge,
  ) {
    super(users, marks);
    purge.add({
      table: "sessions",
      key: "id",
      time: "absolute_expires_at",
      keptSeconds,
    });
    purge.add({
      table: "revocations",
      key: "id",
      time: "expires_at",
      keptSeconds: 2 * instanceSkewSeconds,
    });
  }

  override async start(
    user: User,
    proof: SessionProof,
    context: SessionContext,
  ): Promise<Session> {
    const session = this.newSession(proof, context);
    const inserted = await this.database.query(insertForUser, [
      user.id,
      ...insertValues(session),
    ]);
    if (inserted.length === 0) throw signInContention("user_gone");
    return { ...session, userId: user.id };
  }

  override async find(id: string): Promise<Session | null> {
    const [session] = await this.database.query<Session>(findSession, [id]);
    return session ?? null;
  }

  override async list(userId: string): Promise<Session[]> {
    const now = new Date(this.clock.now()).toISOString();
    return this.database.query<Session>(listSessions, [userId, now]);
  }

  override async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    // Of another directory we only know the port: then it is several round
    // trips, and the user it names has to be a row of `users`.
    if (!(this.users instanceof TypeormUserDirectory)) {
      const outcome = await super.signIn(identity, options, context);
      if ("user" in outcome) await this.audit.record(signInEvent(outcome));
      return outcome;
    }
    const { uses } = options;
    const session = this.newSession(identity, context);
    const found = await this.users.findOrCreateWith(identity, options, {
      condition: uses ? oneTimeCondition(uses, session.createdAt) : undefined,
      companion: { text: insertBesideUser, values: insertValues(session) },
    });
    if (found.kind === "not-granted") return this.usedUp(uses);
    if (!("user" in found)) return found;
    const outcome = {
      ...found,
      session: { ...session, userId: found.user.id },
    };
    this.audit.tell(signInEvent(outcome));
    return outcome;
  }

  override async refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome> {
    const outcome = await this.rotation.rotate(token, fit(context));
    if (outcome.kind !== "reused") return outcome;
    const { ip, userAgent } = context;
    // Committed before anybody hears of it, or the error would undo it.
    await this.end(token.sessionId, outcome.userId, {
      reason: "refresh_reused",
      ip,
      userAgent,
    });
    return { kind: "reused" };
  }

  override async end(
    sessionId: string,
    userId: string,
    ending: Ending,
  ): Promise<boolean> {
    const ended = await this.database.query<{ id: string }>(endSession, [
      ...this.endValues(sessionId, ending),
      userId,
    ]);
    this.ended(ended, userId, ending);
    return ended.length > 0;
  }

  override async endAll(
    userId: string,
    ending: EndingOfAll,
    transaction?: Transaction,
  ): Promise<number> {
    if (!transaction) {
      return this.database.transaction((own) =>
        this.endAll(userId, ending, own),
      );
    }
    await transaction.query(lockUser, [userId]);
    const ended = await transaction.query<{ id: string }>(endAllSessions, [
      ...this.endValues(userId, ending),
      ending.provedUpTo?.toISOString() ?? null,
    ]);
    transaction.afterCommit(() => {
      this.ended(ended, userId, ending);
    });
    return ended.length;
  }

  private ended(
    sessions: readonly { id: string }[],
    userId: string,
    { reason, actorId = null }: Ending,
  ): void {
    const ids = sessions.map(({ id }) => id);
    this.feed.add(ids, this.lastAccessTokenEnds().getTime());
    for (const sessionId of ids) {
      this.audit.tell({
        event: reason === "refresh_reused" ? "refresh_reused" : "session_ended",
        userId,
        sessionId,
        actorId,
        reason,
      });
    }
  }

  private endValues(id: string, ending: Ending): unknown[] {
    const { ip, userAgent } = fit({
      ip: ending.ip ?? null,
      userAgent: ending.userAgent ?? null,
    });
    return [
      id,
      new Date(this.clock.now()).toISOString(),
      this.lastAccessTokenEnds().toISOString(),
      ending.reason,
      ending.actorId ?? null,
      ip,
      userAgent,
    ];
  }

  /** No access token of a session that ends now lives longer, whoever's clock made it. */
  private lastAccessTokenEnds(): Date {
    const seconds = this.options.accessTokenTtlSeconds + instanceSkewSeconds;
    return new Date(this.clock.now() + seconds * 1000);
  }

  private newSession(
    { clientId, issuedAt }: SessionProof,
    context: SessionContext,
  ): Omit<Session, "userId"> {
    const now = this.clock.now();
    const later = (seconds: number) => new Date(now + seconds * 1000);
    const { device, ip, userAgent, keyThumbprint = null } = fit(context);
    return {
      id: uuidv7(),
      clientId,
      salt: randomBytes(32),
      generation: 1,
      rotations: [],
      idleExpiresAt: later(this.options.idleTtlSeconds),
      absoluteExpiresAt: later(this.options.maxTtlSeconds),
      device: device === null ? null : cleanText(device),
      ip,
      userAgent,
      keyThumbprint,
      provedAt: new Date(issuedAt * 1000),
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      revokedAt: null,
      revokedReason: null,
    };
  }
}

/**
 * Makes fit for storage what the client and the platform say: null for what
 * is no address.
 */
function fit<Context extends Pick<SessionContext, "ip" | "userAgent">>(
  context: Context,
): Context {
  const { ip, userAgent } = context;
  return {
    ...context,
    ip: ip === null ? null : canonicalAddress(ip),
    userAgent:
      userAgent === null
        ? null
        : cleanText(userAgent.slice(0, maxUserAgentLength)),
  };
}

function signInEvent(outcome: Extract<SignInOutcome, { user: User }>) {
  const { isNewUser, user, session } = outcome;
  const event = isNewUser ? ("sign_up" as const) : ("sign_in" as const);
  const { ip, userAgent } = session;
  return { event, userId: user.id, sessionId: session.id, ip, userAgent };
}

function insertValues(session: Omit<Session, "userId">): unknown[] {
  return [
    session.id,
    session.clientId,
    session.salt,
    session.generation,
    session.createdAt.toISOString(),
    session.idleExpiresAt.toISOString(),
    session.absoluteExpiresAt.toISOString(),
    session.device,
    session.ip,
    session.userAgent,
    session.keyThumbprint,
    session.provedAt.toISOString(),
  ];
}
