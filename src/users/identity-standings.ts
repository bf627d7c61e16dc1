import { Injectable } from "@nestjs/common";
import { Database, type Transaction } from "../database/database";
import {
  type AccountName,
  type VerifiedIdentity,
} from "../identity/verified-identity";
import { digestOf } from "./stored-identity";
import { issuedAt } from "./find-or-create.statement";
import {
  addGrantedRoles,
  copyToIdentity,
  findGrantedRoles,
  findStanding,
  forgetRoles,
  forgetUser,
  holdStanding,
  holdUnlessRefused,
  liftSuspensions,
  rememberUnlinked,
  setBlocked,
  setSuspended,
  setTokensValidAfter,
} from "./identity-standings.statements";
import type { Identity, User } from "./user-directory.port";

/** What a provider says of an account. */
export interface IdentityStanding {
  /** Whether it may not sign in at present. */
  readonly blocked: boolean;
  /** When the provider says that came about; null for a suspension of ours. */
  readonly blockedSince: Date | null;
  /** Its tokens issued up to then do not sign in. */
  readonly tokensValidAfter: Date | null;
  /** Whom it signed in before it was unlinked. */
  readonly userId: string | null;
  /** When it last did. */
  readonly lastSignInAt: Date | null;
}

/** Why an account may not sign in with a token. */
export type StandingRefusal = "blocked" | "revoked";

/**
 * What providers say of their accounts, apart from what administrators say of
 * users: signing in goes by both. It is kept for accounts that sign nobody in,
 * so that unlinking, deleting or never having signed in clears nothing.
 */
@Injectable()
export class IdentityStandings {
  constructor(private readonly database: Database) {}

  /** @throws AuthError `service_unavailable` */
  async find(
    account: AccountName,
    { query }: Pick<Transaction, "query"> = this.database,
  ): Promise<IdentityStanding | null> {
    const values = [digestOf(account)];
    const [found] = await query<IdentityStanding>(findStanding, values);
    return found ?? null;
  }

  /**
   * Has reports about an account, and sign-ins by it, wait until the transaction
   * is over. To be called before users are locked: of two who lock both in
   * another order, each would wait for the other.
   *
   * @throws AuthError `service_unavailable`
   */
  async hold(account: AccountName, { query }: Transaction): Promise<void> {
    await query(holdStanding, [digestOf(account)]);
  }

  /**
   * Why a token of an account does not sign in; null when it may. Reports about
   * the account wait until the transaction is over.
   *
   * @throws AuthError `service_unavailable`
   */
  async refusalOf(
    identity: Pick<VerifiedIdentity, "issuer" | "subject" | "issuedAt">,
    transaction: Transaction,
  ): Promise<StandingRefusal | null> {
    const [held] = await transaction.query(holdUnlessRefused, [
      digestOf(identity),
      issuedAt(identity),
    ]);
    if (held) return null;
    const standing = await this.find(identity, transaction);
    return standing?.blocked ? "blocked" : "revoked";
  }

  /**
   * Keeps an account from signing in, or lets it again. With it go the accounts
   * that were suspended because of it. Idempotent.
   *
   * @param since when that came about at the provider
   * @returns whether it counts: not when something newer is known
   * @throws AuthError `service_unavailable`
   */
  async block(
    account: AccountName,
    blocked: boolean,
    since: Date,
    { query }: Transaction,
  ): Promise<boolean> {
    const digest = digestOf(account);
    const values = [digest, blocked, since.toISOString()];
    if ((await query(setBlocked, values)).length === 0) return false;
    if (!blocked) await query(liftSuspensions, [digest]);
    await this.copy([account], query);
    return true;
  }

  /**
   * Suspends accounts that may have been linked by the hijacker of another one
   * when that was hijacked. Idempotent.
   *
   * @throws AuthError `service_unavailable`
   */
  async suspend(
    accounts: readonly AccountName[],
    because: AccountName,
    { query }: Transaction,
  ): Promise<void> {
    await query(setSuspended, [accounts.map(digestOf), digestOf(because)]);
    await this.copy(accounts, query);
  }

  /**
   * Refuses every token of an account that was issued up to this time.
   * Idempotent; an earlier time changes nothing.
   *
   * @throws AuthError `service_unavailable`
   */
  async revokeTokens(
    account: AccountName,
    upTo: Date,
    { query }: Transaction,
  ): Promise<void> {
    await query(setTokensValidAfter, [digestOf(account), upTo.toISOString()]);
    await this.copy([account], query);
  }

  /** Brings up to date what sign-ins under way see of these accounts. */
  async copy(
    accounts: readonly AccountName[],
    query: Transaction["query"],
  ): Promise<void> {
    for (const account of accounts) {
      const { issuer, subject } = account;
      await query(copyToIdentity, [issuer, subject, digestOf(account)]);
    }
  }

  /**
   * Remembers whom an account signed in that is unlinked now: a report about it
   * is still about that user. The roles that the user had because of it go.
   *
   * @param remaining the accounts that still sign the user in
   * @returns the roles that go with it
   * @throws AuthError `service_unavailable`
   */
  async unlinked(
    user: User,
    identity: Identity,
    remaining: readonly AccountName[],
    { query }: Transaction,
  ): Promise<string[]> {
    const digest = digestOf(identity);
    const rows = await query<{ digest: Buffer; roles: string[] }>(
      findGrantedRoles,
      [[digest, ...remaining.map(digestOf)]],
    );
    const isOwn = (row: { digest: Buffer }) => row.digest.equals(digest);
    const kept = rows
      .filter((row) => !isOwn(row))
      .flatMap(({ roles }) => roles);
    await query(rememberUnlinked, [
      digest,
      user.id,
      identity.lastSignInAt.toISOString(),
    ]);
    return rows
      .filter(isOwn)
      .flatMap(({ roles }) => roles)
      .filter((role) => user.roles.includes(role) && !kept.includes(role));
  }

  /** The user has these roles because of an account: when it goes, they go. */
  async grantRoles(
    account: AccountName,
    roles: readonly string[],
    { query }: Transaction,
  ): Promise<void> {
    await query(addGrantedRoles, [digestOf(account), roles]);
  }

  /**
   * What is left after a user is deleted leads to nobody.
   *
   * @param accounts that signed the user in
   * @throws AuthError `service_unavailable`
   */
  async forgetUser(
    userId: string,
    accounts: readonly AccountName[],
    { query }: Transaction,
  ): Promise<void> {
    await query(forgetUser, [userId]);
    await query(forgetRoles, [accounts.map(digestOf)]);
  }
}
