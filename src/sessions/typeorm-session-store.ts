import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { Inject, Injectable } from "@nestjs/common";
import { v7 as uuidv7 } from "uuid";
import { cleanText } from "../common/clean-text";
import { Clock } from "../common/clock.port";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { TypeormUserDirectory } from "../users/typeorm-user-directory";
import { type User, UserDirectory } from "../users/user-directory.port";
import { OneTimeMarks } from "./one-time-marks";
import { oneTimeCondition } from "./one-time-use.statement";
import {
  type Session,
  type SessionContext,
  SessionStore,
  type SignInOptions,
  type SignInOutcome,
} from "./session-store.port";
import { SESSIONS_OPTIONS, type SessionsOptions } from "./sessions.options";

const maxUserAgentLength = 512;

const columns =
  "id, user_id, client_id, salt, generation, rotated_at, idle_expires_at, absolute_expires_at, device, ip, user_agent, created_at, last_used_at";

const findSession = `SELECT id, user_id AS "userId", client_id AS "clientId",
  salt, generation, rotated_at AS "rotatedAt", idle_expires_at AS "idleExpiresAt",
  absolute_expires_at AS "absoluteExpiresAt", device, host(ip) AS ip,
  user_agent AS "userAgent", created_at AS "createdAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt",
  revoked_reason AS "revokedReason"
FROM sessions WHERE id = $1`;

/** Sessions in Postgres; a sign-in costs one round trip, user included. */
@Injectable()
export class TypeormSessionStore extends SessionStore {
  constructor(
    users: UserDirectory,
    marks: OneTimeMarks,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SESSIONS_OPTIONS) private readonly options: SessionsOptions,
  ) {
    super(users, marks);
  }

  override async start(
    user: User,
    clientId: string,
    context: SessionContext,
  ): Promise<Session> {
    const session = this.newSession(clientId, context);
    await this.database.query(insertForUser, [
      user.id,
      ...insertValues(session),
    ]);
    return { ...session, userId: user.id };
  }

  override async find(id: string): Promise<Session | null> {
    const [session] = await this.database.query<Session>(findSession, [id]);
    return session ?? null;
  }

  override async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    // Of another directory we only know the port: then it is several round
    // trips, and the user it names has to be a row of `users`.
    if (!(this.users instanceof TypeormUserDirectory)) {
      return super.signIn(identity, options, context);
    }
    const { uses } = options;
    const session = this.newSession(identity.clientId, context);
    const outcome = await this.users.findOrCreateWith(identity, options, {
      condition: uses ? oneTimeCondition(uses, session.createdAt) : undefined,
      companion: { text: insertBesideUser, values: insertValues(session) },
    });
    if (outcome.kind === "not-granted") return this.usedUp(uses);
    if (!("user" in outcome)) return outcome;
    return { ...outcome, session: { ...session, userId: outcome.user.id } };
  }

  private newSession(
    clientId: string,
    context: SessionContext,
  ): Omit<Session, "userId"> {
    const now = this.clock.now();
    const later = (seconds: number) => new Date(now + seconds * 1000);
    return {
      id: uuidv7(),
      clientId,
      salt: randomBytes(32),
      generation: 1,
      rotatedAt: new Date(now),
      idleExpiresAt: later(this.options.idleTtlSeconds),
      absoluteExpiresAt: later(this.options.maxTtlSeconds),
      device: context.device === null ? null : cleanText(context.device),
      ip: addressOf(context.ip),
      userAgent:
        context.userAgent === null
          ? null
          : cleanText(context.userAgent.slice(0, maxUserAgentLength)),
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      revokedAt: null,
      revokedReason: null,
    };
  }
}

/**
 * An address as Postgres takes it: without the interface of a link-local one,
 * and null for what a proxy or another platform put in its place.
 */
function addressOf(ip: string | null): string | null {
  const address = ip?.split("%", 1)[0] ?? "";
  return isIP(address) === 0 ? null : address;
}

/** Inserts a session for the one row of `account`, if there is one. */
function insertText(first: number, account = "account"): string {
  const $ = (offset: number) => `$${first + offset}`;
  return `INSERT INTO sessions (${columns})
  SELECT ${$(0)}::uuid, account.id, ${$(1)}, ${$(2)}::bytea, ${$(3)}::integer,
    ${$(4)}::timestamptz, ${$(5)}::timestamptz, ${$(6)}::timestamptz, ${$(7)},
    ${$(8)}::inet, ${$(9)}, ${$(4)}::timestamptz, ${$(4)}::timestamptz
  FROM ${account}`;
}

const insertBesideUser = (first: number) => insertText(first);
const insertForUser = insertText(2, "(SELECT $1::uuid AS id) AS account");

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
  ];
}
