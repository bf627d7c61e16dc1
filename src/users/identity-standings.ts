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

/** The status of an account as reported by its provider. */
export interface IdentityStanding {
  /** Whether it currently may not sign in. */
  readonly blocked: boolean;
  /**
   * Since when, according to the provider; null if suspended by this service.
   */
  readonly blockedSince: Date | null;
  /** Tokens issued at or before this time are refused. */
  readonly tokensValidAfter: Date | null;
  /** The user it was linked to before it was unlinked. */
  readonly userId: string | null;
  /** When it last signed that user in. */
  readonly lastSignInAt: Date | null;
}

/** Why an account may not sign in with a token. */
export type StandingRefusal = "blocked" | "revoked";

/**
 * The status of accounts as reported by their providers. It is separate from
 * the users' status, which administrators set; a sign-in checks both. It is
 * kept even if no user is linked to the account, so unlinking it or deleting
 * the user does not clear it.
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
   * Makes reports about an account and sign-ins with it wait until the
   * transaction ends. Must be called before users are locked: locking in the
   * other order can deadlock.
   *
   * @throws AuthError `service_unavailable`
   */
  async hold(account: AccountName, { query }: Transaction): Promise<void> {
    await query(holdStanding, [digestOf(account)]);
  }

  /**
   * Why a token of an account is refused; null if it is accepted. Reports about
   * the account wait until the transaction ends.
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
   * Blocks or unblocks the sign-ins of an account. Unblocking it also lifts the
   * suspension of accounts that were suspended because of it. Idempotent.
   *
   * @param since when it happened at the provider
   * @returns false if a newer report is known; then nothing was changed
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
   * Suspends accounts that the hijacker of another account may have linked.
   * Idempotent.
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
   * Refuses all tokens of an account that were issued at or before this time.
   * Idempotent; an earlier time has no effect.
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

  /** Updates the copies that sign-ins in flight check. */
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
   * Stores which user an unlinked account belonged to, because later reports
   * about it still concern that user.
   *
   * @param remaining the accounts that still sign the user in
   * @returns the roles that the user loses with it
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

  /**
   * Records that the user has these roles because of an account: they are
   * removed when it is unlinked.
   */
  async grantRoles(
    account: AccountName,
    roles: readonly string[],
    { query }: Transaction,
  ): Promise<void> {
    await query(addGrantedRoles, [digestOf(account), roles]);
  }

  /**
   * Removes all references to a deleted user.
   *
   * @param accounts the accounts that were linked to the user
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
