import { AuthError } from "../common/auth-error";
import type { AuditTrail } from "../audit/audit-trail";
import { insertAudit } from "../audit/audit-statement";
import type { SqlFragment } from "../database/sql-fragment";
import { timeOf } from "../database/sql-fragment";
import type { Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type { PostgresUserDirectory } from "../users/postgres-user-directory";
import type { User } from "../users/user-directory.port";
import type { OneTimeMarks } from "./one-time-marks";
import { oneTimeCondition, type OneTimeUse } from "./one-time-use";
import {
  columnsBesideUser,
  insertBesideUser,
} from "./postgres-session.statements";
import { userRotation } from "./postgres-session-rotation.statements";
import type { PostgresSessionRotation } from "./postgres-session-rotation";
import type { PostgresSessionStore } from "./postgres-session-store";
import type {
  PresentedRefreshToken,
  SessionContext,
} from "./session-store.port";
import {
  type RefreshOutcome,
  type SignInOptions,
  type SignInOutcome,
  SignInStore,
} from "./sign-in-store.port";

/**
 * A user as returned by the statement, with the columns of the session's part.
 */
type AnsweredUser = User & {
  readonly "session.authenticatedAt": Date;
  readonly "session.isOverLimit": boolean;
};

/**
 * Users and sessions in one Postgres: a sign-in is a single statement, and so
 * is a refresh.
 */
export class PostgresSignInStore extends SignInStore {
  private readonly columns: string;

  constructor(
    private readonly users: PostgresUserDirectory,
    private readonly sessions: PostgresSessionStore,
    private readonly rotation: PostgresSessionRotation,
    private readonly marks: OneTimeMarks,
    private readonly audit: AuditTrail,
    maxSessionsPerUser: number,
  ) {
    super();
    this.columns = columnsBesideUser(maxSessionsPerUser);
  }

  override async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
    transaction?: Transaction,
  ): Promise<SignInOutcome> {
    const { uses } = options;
    const draft = this.sessions.draft(identity, context);
    const found = await this.users.findOrCreateWith(
      identity,
      options,
      {
        condition: uses ? oneTimeCondition(uses) : undefined,
        companion: {
          text: insertSessionAndAudit,
          values: this.sessions.valuesOf(draft),
          columns: this.columns,
        },
      },
      transaction,
    );
    if (found.kind === "not-granted") {
      return usedUp(this.marks, uses, transaction);
    }
    if (!("user" in found)) return found;
    const {
      "session.authenticatedAt": authenticatedAt,
      "session.isOverLimit": isOverLimit,
      ...user
    } = found.user as AnsweredUser;
    const session = this.sessions.sessionOf(draft, user.id, {
      createdAt: user.lastSignInAt,
      authenticatedAt,
    });
    const announce = () =>
      this.audit.announce(signInEvent(found.isNewUser, session));
    if (transaction) transaction.afterCommit(announce);
    else announce();
    return { ...found, user, session, isOverLimit };
  }

  override async refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome> {
    const { outcome, user } = await this.rotation.run(
      ...[userRotation, token, context],
    );
    if (outcome.kind !== "rotated") return outcome;
    if (!user || user.status !== "active") return { kind: "disabled" };
    return { ...outcome, user };
  }
}

/**
 * The session and the audit line of a sign-in, for the statement that finds its
 * user.
 */
const insertSessionAndAudit: SqlFragment["text"] = (first) => {
  const $ = (offset: number) => `$${first + offset}`;
  const audit = insertAudit(
    {
      at: timeOf($(11)),
      event: "CASE WHEN is_new THEN 'sign_up' ELSE 'sign_in' END",
      userId: "account.id",
      sessionId: `${$(0)}::uuid`,
      ip: `${$(7)}::inet`,
      userAgent: $(8),
    },
    "account",
  );
  return `${insertBesideUser(first)}, audited AS (${audit})`;
};

/** The audit line of a sign-in. */
export function signInEvent(
  isNewUser: boolean,
  session: {
    readonly id: string;
    readonly userId: string;
    readonly ip: string | null;
    readonly userAgent: string | null;
  },
) {
  const { id: sessionId, userId, ip, userAgent } = session;
  const event = isNewUser ? ("sign_up" as const) : ("sign_in" as const);
  return { event, userId, sessionId, ip, userAgent };
}

/**
 * The outcome if `uses` was not granted. @throws AuthError
 * `service_unavailable`
 */
export async function usedUp(
  marks: OneTimeMarks,
  uses: OneTimeUse | null,
  transaction?: Transaction,
): Promise<SignInOutcome> {
  const reason = uses && (await marks.reasonAgainst(uses, transaction));
  if (reason) return { kind: "used-up", reason };
  // Nothing prevents it now: a concurrent sign-in interfered.
  throw new AuthError("service_unavailable", {
    reason: "sign_in_contention",
    retryAfterSeconds: 1,
  });
}
