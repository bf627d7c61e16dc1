import type { AuditTrail } from "../audit/audit-trail";
import type { Database, Transaction } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import type { IdentityStandings } from "../users/identity-standings";
import type { UserDirectory } from "../users/user-directory.port";
import type { OneTimeMarks } from "./one-time-marks";
import { signInEvent, usedUp } from "./postgres-sign-in-store";
import type {
  PresentedRefreshToken,
  SessionContext,
  SessionStore,
} from "./session-store.port";
import {
  type RefreshOutcome,
  type SignInOptions,
  type SignInOutcome,
  SignInStore,
} from "./sign-in-store.port";

/**
 * Users in one store, sessions in another: several round trips, and the same
 * guarantees. Everything in the service's own Postgres is one transaction; a
 * session elsewhere is started last, so that no session lacks a user. Nothing
 * waits for a second connection while holding the first, because concurrent
 * sign-ins could deadlock.
 */
export class ComposedSignInStore extends SignInStore {
  constructor(
    private readonly users: UserDirectory,
    private readonly sessions: SessionStore,
    private readonly standings: IdentityStandings,
    private readonly marks: OneTimeMarks,
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly maxSessionsPerUser: number,
  ) {
    super();
  }

  override async signIn(
    identity: VerifiedIdentity,
    options: SignInOptions,
    context: SessionContext,
    transaction?: Transaction,
  ): Promise<SignInOutcome> {
    if (transaction) {
      return this.signInWithin(transaction, identity, options, context);
    }
    let outcome: SignInOutcome | undefined;
    try {
      await this.database.transaction(async (own) => {
        outcome = await this.signInWithin(own, identity, options, context);
        // Undoes the consumption of the credential, because no one was signed
        // in.
        if (!("user" in outcome)) throw new NobodySignedIn();
      });
    } catch (error) {
      if (!(error instanceof NobodySignedIn) || !outcome) throw error;
    }
    if (!outcome) throw new Error("The transaction has no result");
    if (!("user" in outcome) || outcome.isNewUser) return outcome;
    const live = await this.sessions.list(outcome.user.id);
    return { ...outcome, isOverLimit: live.length > this.maxSessionsPerUser };
  }

  private async signInWithin(
    transaction: Transaction,
    identity: VerifiedIdentity,
    { uses, ...options }: SignInOptions,
    context: SessionContext,
  ): Promise<SignInOutcome> {
    const refusal = await this.standings.refusalOf(identity, transaction);
    if (refusal) {
      const userId = await this.users.ownerOf(identity, transaction);
      return { kind: refusal, userId };
    }
    if (uses && !(await this.marks.take(uses, transaction))) {
      return usedUp(this.marks, uses, transaction);
    }
    const found = await this.users.findOrCreate(identity, options, transaction);
    if (!("user" in found)) return found;
    const session = await this.sessions.start(
      ...[found.user.id, identity, context, transaction],
    );
    await this.audit.record(signInEvent(found.isNewUser, session), transaction);
    // For an existing user this would require waiting for another connection.
    return { ...found, session, isOverLimit: !found.isNewUser };
  }

  override async refresh(
    token: PresentedRefreshToken,
    context: Omit<SessionContext, "device">,
  ): Promise<RefreshOutcome> {
    const outcome = await this.sessions.rotate(token, context);
    if (outcome.kind !== "rotated") return outcome;
    const user = await this.users.findById(outcome.session.userId);
    if (user?.status !== "active") return { kind: "disabled" };
    return { ...outcome, user };
  }
}

/** Rolls back a transaction whose changes must not be kept. */
class NobodySignedIn extends Error {}
