import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import type { Transaction } from "../database/database";
import type { SecurityEvent } from "../identity/google/security-event";
import type { AccountName } from "../identity/verified-identity";
import { Sessions } from "../sessions/sessions";
import { IdentityStandings } from "../users/identity-standings";
import { UserDirectory } from "../users/user-directory.port";

/** Handles the events that Google reports. */
export abstract class SecurityEventHandler {
  /**
   * Handles one event. Called once for each event of a token that has not been
   * processed before, on the instance that received it. If it throws, or the
   * process dies, the token counts as unprocessed, and Google sends it again.
   *
   * Called concurrently for different tokens, even for the same account, and
   * not in chronological order. External side effects must be idempotent: if
   * Postgres rolls the transaction back, it is called again.
   *
   * @param occurredAt when it happened at Google
   * @param transaction changes made in it are atomic with the receipt
   * @throws AuthError `service_unavailable`: Google gets a 503 and tries again
   *   later
   */
  abstract handle(
    event: SecurityEvent,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<void>;
}

/** What was done about an event, for the audit log. */
type Effects = Readonly<Record<string, boolean | number>>;

/**
 * Does what Google requires, and what it suggests if that protects the user.
 * The state of the account is stored even if no user is linked to it. Every
 * event is written to the audit log, even if no action is taken.
 *
 * @see https://developers.google.com/identity/protocols/risc#supported_event_types
 */
@Injectable()
export class ProtectingSecurityEventHandler extends SecurityEventHandler {
  constructor(
    private readonly users: UserDirectory,
    private readonly standings: IdentityStandings,
    private readonly sessions: Sessions,
    private readonly audit: AuditTrail,
  ) {
    super();
  }

  override async handle(
    event: SecurityEvent,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<void> {
    const { account, type, reason, state, uri } = event;
    const concerned = account ? await this.concerned(account, transaction) : [];
    const effects: Effects = account
      ? await this.act(event, account, concerned, occurredAt, transaction)
      : {};
    const details = {
      ...effects,
      ...(reason !== null && { reason }),
      ...(state !== null && { state }),
      ...(type === "unknown" && { uri }),
      occurredAt: occurredAt.toISOString(),
    };
    for (const { userId } of concerned.length > 0 ? concerned : [nobody]) {
      await this.audit.record(
        { event: "security_event", userId, reason: type, details },
        transaction,
      );
    }
  }

  private async act(
    { type, reason }: SecurityEvent,
    account: AccountName,
    concerned: readonly Concerned[],
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<Effects> {
    const end = () =>
      this.endSessions(account, concerned, occurredAt, transaction);
    const block = (blocked: boolean) =>
      this.standings.block(account, blocked, occurredAt, transaction);
    switch (type) {
      case "sessions-revoked":
      case "tokens-revoked":
        return { sessionsEnded: await end() };
      case "account-disabled": {
        // The account was disabled in bulk, not taken over. For any other
        // reason, including unknown ones, it may have been taken over.
        if (reason === "bulk-account") return {};
        const blocked = await block(true);
        const suspended = blocked
          ? await this.suspendLinked(account, concerned, transaction)
          : 0;
        return {
          blocked,
          ...(suspended > 0 && { suspended }),
          sessionsEnded: await end(),
        };
      }
      case "account-enabled": {
        const unblocked = await block(false);
        // Accounts that were suspended because of it can also sign in again.
        for (const { userId } of concerned) {
          const linked = await this.users.identitiesOf(userId, transaction);
          await this.standings.copy(linked, transaction.query);
        }
        return { unblocked };
      }
      // token-revoked names one of Google's refresh tokens, which we do not
      // store.
      case "token-revoked":
      case "account-credential-change-required":
      case "verification":
      case "unknown":
        return {};
    }
  }

  /** The user the account is linked to, and users it was linked to before. */
  private async concerned(
    account: AccountName,
    transaction: Transaction,
  ): Promise<Concerned[]> {
    await this.standings.hold(account, transaction);
    const owner = await this.users.ownerOf(account, transaction);
    const standing = await this.standings.find(account, transaction);
    const former = standing?.userId ?? null;
    return [
      ...(owner === null ? [] : [{ userId: owner, unlinkedProof: null }]),
      ...(former === null || former === owner
        ? []
        : [{ userId: former, unlinkedProof: standing?.lastSignInAt ?? null }]),
    ];
  }

  /**
   * Accounts linked since the account was last verified may have been linked by
   * an attacker.
   *
   * @returns how many accounts
   */
  private async suspendLinked(
    account: AccountName,
    concerned: readonly Concerned[],
    transaction: Transaction,
  ): Promise<number> {
    let count = 0;
    for (const { userId, unlinkedProof } of concerned) {
      const identities = await this.users.identitiesOf(userId, transaction);
      const isIt = (one: AccountName) =>
        one.issuer === account.issuer && one.subject === account.subject;
      const proof = unlinkedProof ?? identities.find(isIt)?.lastSignInAt;
      if (!proof) continue;
      const suspects = identities.filter(
        (identity) => !isIt(identity) && identity.createdAt >= proof,
      );
      if (suspects.length === 0) continue;
      await this.standings.suspend(suspects, account, transaction);
      count += suspects.length;
    }
    return count;
  }

  /** @returns whether any user's sessions could be ended */
  private async endSessions(
    account: AccountName,
    concerned: readonly Concerned[],
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<boolean> {
    await this.standings.revokeTokens(account, occurredAt, transaction);
    for (const { userId } of concerned) {
      // Sessions authenticated since then are kept.
      await this.sessions.endAll(
        userId,
        { reason: "security_event", provedUpTo: occurredAt },
        transaction,
      );
    }
    return concerned.length > 0;
  }
}

/** A user concerned by a report. */
interface Concerned {
  readonly userId: string;
  /**
   * When the user last signed in with the account, if it has been unlinked
   * since.
   */
  readonly unlinkedProof: Date | null;
}

const nobody = { userId: null } as const;
