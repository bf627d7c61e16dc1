import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import type { Transaction } from "../database/database";
import type { SecurityEvent } from "../identity/google/security-event";
import type { AccountName } from "../identity/verified-identity";
import { Sessions } from "../sessions/sessions";
import { IdentityStandings } from "../users/identity-standings";
import { UserDirectory } from "../users/user-directory.port";

/** What is done about the events that Google reports. */
export abstract class SecurityEventHandler {
  /**
   * Does what one event asks for. Called once for each event of a token that
   * has not been seen before, by whichever instance got it. When it throws, or
   * the process dies, the token counts as not seen, and Google sends it again.
   *
   * Concurrency: at once for different tokens, also about one account, and not
   * in the order in which things happened. Idempotent towards the outside: when
   * Postgres takes the transaction back, it is called again.
   *
   * @param occurredAt when it happened at Google
   * @param transaction what is done in it is done together with the receipt
   * @throws AuthError `service_unavailable`: Google is answered 503 and tries later
   */
  abstract handle(
    event: SecurityEvent,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<void>;
}

/** What has been done about an event, for the audit log. */
type Effects = Readonly<Record<string, boolean | number>>;

/**
 * Does what Google requires, and what it suggests where that protects the user.
 * It is remembered of the account, whether or not it signs anybody in here.
 * Every event is written to the audit log, also when nothing is done about it.
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
        // Closed as one of many: nobody else has got hold of it. For any other
        // reason, also one that Google has yet to think of, somebody may have.
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
        // Accounts that were suspended because of it sign in again as well.
        for (const { userId } of concerned) {
          const linked = await this.users.identitiesOf(userId, transaction);
          await this.standings.copy(linked, transaction.query);
        }
        return { unblocked };
      }
      // token-revoked names one of Google's refresh tokens, of which we keep none.
      case "token-revoked":
      case "account-credential-change-required":
      case "verification":
      case "unknown":
        return {};
    }
  }

  /** Whom the account signs in, and whom it signed in until it was unlinked. */
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
   * What was linked since the account last proved itself may have been linked by
   * whoever had got hold of it.
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

  /** @returns whether there was anybody whose sessions could end */
  private async endSessions(
    account: AccountName,
    concerned: readonly Concerned[],
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<boolean> {
    await this.standings.revokeTokens(account, occurredAt, transaction);
    for (const { userId } of concerned) {
      // Whoever has proved to be the owner since then stays.
      await this.sessions.endAll(
        userId,
        { reason: "security_event", provedUpTo: occurredAt },
        transaction,
      );
    }
    return concerned.length > 0;
  }
}

/** A user that a report is about. */
interface Concerned {
  readonly userId: string;
  /** When the account last signed the user in, where it has been unlinked since. */
  readonly unlinkedProof: Date | null;
}

const nobody = { userId: null } as const;
