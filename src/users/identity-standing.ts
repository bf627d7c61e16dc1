import { Injectable } from "@nestjs/common";
import type { Transaction } from "../database/database";

/** An account at a provider. */
export interface AccountName {
  readonly issuer: string;
  readonly subject: string;
}

/** Locks the identity: of several reports at once, one is heard after the other. */
const findOwner = `SELECT user_id AS "userId" FROM identities
WHERE issuer = $1 AND subject = $2 FOR UPDATE`;

/*
 * Reports come late and out of order: the one of the newest event counts, and
 * of two at the same time the one that blocks.
 */
const setBlocked = `UPDATE identities
SET blocked = $3::boolean, standing_since = $4::timestamptz
WHERE issuer = $1 AND subject = $2
  AND (standing_since IS NULL OR standing_since < $4::timestamptz
    OR (standing_since = $4::timestamptz AND $3::boolean))
RETURNING blocked`;

const setTokensValidAfter = `UPDATE identities
SET tokens_valid_after = GREATEST(tokens_valid_after, $3::timestamptz)
WHERE issuer = $1 AND subject = $2`;

/**
 * What a provider says of an account: apart from what our administrators say
 * of its user. Signing in goes by both.
 */
@Injectable()
export class IdentityStanding {
  /**
   * The user who signs in by this account; null when there is none. A sign-in
   * by it waits until the transaction is over.
   *
   * @throws AuthError `service_unavailable`
   */
  async ownerOf(
    { issuer, subject }: AccountName,
    { query }: Transaction,
  ): Promise<string | null> {
    const [owner] = await query<{ userId: string }>(findOwner, [
      issuer,
      subject,
    ]);
    return owner?.userId ?? null;
  }

  /**
   * Lets nobody in by this account, or lets them in again. Idempotent.
   *
   * @param since when that came about at the provider
   * @returns whether it counts: not when something newer is known
   * @throws AuthError `service_unavailable`
   */
  async block(
    { issuer, subject }: AccountName,
    blocked: boolean,
    since: Date,
    { query }: Transaction,
  ): Promise<boolean> {
    const values = [issuer, subject, blocked, since.toISOString()];
    return (await query(setBlocked, values)).length > 0;
  }

  /**
   * No token of this account that was issued up to this time signs in any more.
   * Idempotent; an earlier time takes nothing back.
   *
   * @throws AuthError `service_unavailable`
   */
  async callBackTokens(
    { issuer, subject }: AccountName,
    upTo: Date,
    { query }: Transaction,
  ): Promise<void> {
    await query(setTokensValidAfter, [issuer, subject, upTo.toISOString()]);
  }
}
