import { Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { Database, type Transaction } from "../../database/database";
import { OneTimeMarks } from "../../sessions/one-time-marks";
import type { ProvedCredential } from "./credentials";

/** Uses up a credential together with what it is for, where that is not a sign-in. */
@Injectable()
export class CredentialUse {
  constructor(
    private readonly marks: OneTimeMarks,
    private readonly database: Database,
  ) {}

  /**
   * Runs a function in one transaction with the use of the credential: should
   * the function throw, it has not been used.
   *
   * @throws AuthError `invalid_token` when token or nonce have been used up; what
   *   the function throws
   */
  async spend<T>(
    { uses }: ProvedCredential,
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const done = await this.database.transaction(async (transaction) => {
      // Before any user is locked, as a sign-in does it.
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
