import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import type { Transaction } from "../database/database";
import type { SecurityEvent } from "../identity/google/security-event";
import { SessionStore } from "../sessions/session-store.port";
import { type AccountName, IdentityStanding } from "../users/identity-standing";

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
 * Every event is written to the audit log, also when nothing is done about it.
 *
 * @see https://developers.google.com/identity/protocols/risc#supported_event_types
 */
@Injectable()
export class ProtectingSecurityEventHandler extends SecurityEventHandler {
  constructor(
    private readonly standing: IdentityStanding,
    private readonly sessions: SessionStore,
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
    const userId = account
      ? await this.standing.ownerOf(account, transaction)
      : null;
    const effects: Effects =
      account && userId !== null
        ? await this.act(event, account, userId, occurredAt, transaction)
        : {};
    await this.audit.record(
      {
        event: "security_event",
        userId,
        reason: type,
        details: {
          ...effects,
          ...(reason !== null && { reason }),
          ...(state !== null && { state }),
          ...(type === "unknown" && { uri }),
          occurredAt: occurredAt.toISOString(),
        },
      },
      transaction,
    );
  }

  private async act(
    { type, reason }: SecurityEvent,
    account: AccountName,
    userId: string,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<Effects> {
    const end = () =>
      this.endSessions(account, userId, occurredAt, transaction);
    const block = (blocked: boolean) =>
      this.standing.block(account, blocked, occurredAt, transaction);
    switch (type) {
      case "sessions-revoked":
      case "tokens-revoked":
        return { sessionsEnded: await end() };
      case "account-disabled":
        // Closed as one of many: nobody else has got hold of it. For any other
        // reason, also one that Google has yet to think of, somebody may have.
        if (reason === "bulk-account") return {};
        return { blocked: await block(true), sessionsEnded: await end() };
      case "account-enabled":
        return { unblocked: await block(false) };
      // token-revoked names one of Google's refresh tokens, of which we keep none.
      case "token-revoked":
      case "account-credential-change-required":
      case "verification":
      case "unknown":
        return {};
    }
  }

  /** @returns how many */
  private async endSessions(
    account: AccountName,
    userId: string,
    occurredAt: Date,
    transaction: Transaction,
  ): Promise<number> {
    await this.standing.callBackTokens(account, occurredAt, transaction);
    // Who has proved to be the owner since then stays.
    return this.sessions.endAll(
      userId,
      { reason: "security_event", provedUpTo: occurredAt },
      transaction,
    );
  }
}
