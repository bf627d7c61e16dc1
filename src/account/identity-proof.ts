import { Inject, Injectable } from "@nestjs/common";
import { AUTH_OPTIONS, type AuthOptions } from "../auth/auth.options";
import { checkNonce } from "../auth/nonce";
import { SignInPolicy } from "../auth/sign-in-policy.port";
import { AuthError } from "../common/auth-error";
import { Clock } from "../common/clock.port";
import { Database, type Transaction } from "../database/database";
import { IdentityProviders } from "../identity/identity-providers";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { OneTimeMarks } from "../sessions/one-time-marks";
import { type OneTimeUse, oneTimeUseOf } from "../sessions/one-time-use";
import {
  oneTimeCondition,
  takeStatement,
} from "../sessions/one-time-use.statement";

/** How old a token may be that links an account, in seconds. */
export const maxTokenAgeSeconds = 300;

/** An account as its holder presents it. */
export interface PresentedIdentity {
  /** As in `POST /auth/:provider`, Google's included. */
  readonly provider: string;
  readonly token: string;
  /** Of the token, should the client have given one. */
  readonly nonce?: string | null;
}

/** Proves that who is signed in has another account too: as strictly as a sign-in with it. */
@Injectable()
export class IdentityProof {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly policy: SignInPolicy,
    private readonly marks: OneTimeMarks,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  /**
   * @param presented untrusted
   * @throws AuthError `invalid_request` for a provider that there is not;
   *   `invalid_token`, `token_expired` for a token of more than five minutes ago;
   *   what the verifier throws, and the policy's code
   */
  async of({
    provider,
    token,
    nonce,
  }: PresentedIdentity): Promise<VerifiedIdentity> {
    const verifier = this.providers.find(provider);
    if (!verifier) {
      throw new AuthError("invalid_request", {
        errors: [{ field: "provider", message: "must be a known provider" }],
      });
    }
    const identity = await verifier.verify(token);
    checkNonce(identity.nonce, nonce);
    this.checkAge(identity);
    const admission = await this.policy.admit(identity);
    if (admission.kind === "refused") throw new AuthError(admission.code);
    return identity;
  }

  /**
   * Runs a function in one transaction with the use of the token, where that
   * is to be used once: should the function throw, it has not been used.
   *
   * @throws AuthError `invalid_token` when token or nonce have been used up; what
   *   the function throws
   */
  async spend<T>(
    identity: VerifiedIdentity,
    run: (transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    const use = oneTimeUseOf(identity, this.options.oneTime);
    const done = await this.database.transaction(async (transaction) => {
      // Before any user is locked, as a sign-in does it.
      if (use && !(await this.take(use, transaction))) return null;
      return { result: await run(transaction) };
    });
    if (done) return done.result;
    const reason = use && (await this.marks.reasonAgainst(use));
    throw reason
      ? new AuthError("invalid_token", { reason })
      : new AuthError("service_unavailable", {
          reason: "link_contention",
          retryAfterSeconds: 1,
        });
  }

  private async take(
    use: OneTimeUse,
    { query }: Transaction,
  ): Promise<boolean> {
    const { values } = oneTimeCondition(use, new Date(this.clock.now()));
    return (await query(takeStatement, values)).length > 0;
  }

  /**
   * A token that has lain about may have been found by somebody.
   *
   * @throws AuthError `token_expired`, for a fresh one mends it; `invalid_token`
   *   when nobody says how old it is
   */
  private checkAge({ issuedAt }: VerifiedIdentity): void {
    if (issuedAt === 0) {
      throw new AuthError("invalid_token", { reason: "issued_at_unknown" });
    }
    if (this.clock.nowSeconds() - issuedAt > maxTokenAgeSeconds) {
      throw new AuthError("token_expired", { reason: "not_fresh" });
    }
  }
}
