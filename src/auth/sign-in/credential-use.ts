import { Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { Database, type Transaction } from "../../database/database";
import { OneTimeMarks } from "../../sessions/one-time-marks";
import type { ProvedCredential } from "./credentials";

/**
 * Consumes a credential together with the action it authorizes, for actions
 * other than a sign-in.
 */
@Injectable()
export class CredentialUse {
  constructor(
    private readonly marks: OneTimeMarks,
    private readonly database: Database,
  ) {}

  /**
   * Runs a function and consumes the credential in one transaction: if the
   * function throws, the credential can still be used.
   *
   * @throws AuthError `invalid_token` if the token or the nonce has already
   *   been used; what the function throws
   */
  async spend<T>(
    { uses }: ProvedCredential,
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const done = await this.database.transaction(async (transaction) => {
      // Before any user is locked, in the same order as a sign-in.
      if (uses && !(await this.marks.take(uses, transaction))) return null;
      return { result: await run(transaction) };
    });
    if (done) return done.result;
    const reason = uses && (await this.marks.reasonAgainst(uses));
    throw reason
      ? new AuthError("invalid_token", { reason })
      : new AuthError("service_unavailable", {
          reason: "contention",
          retryAfterSeconds: 1,
        });
  }
}
