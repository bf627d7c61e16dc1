import { hash, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { Clock } from "../../common/clock.port";
import { IdentityVerifier } from "../identity-verifier.port";
import type { VerifiedIdentity } from "../verified-identity";
import {
  CircuitBreaker,
  CircuitOpenError,
  openSeconds,
} from "./circuit-breaker";
import { RetryBudget } from "./retry-budget";
import { identityFromAnswer } from "./verify-token-api.claims";
import {
  askVerifyTokenApi,
  isPassing,
  type VerifyTokenAnswer,
} from "./verify-token-api.request";
import type { VerifyTokenProvider } from "./verify-token-provider";

const usualTimeoutMilliseconds = 4000;
/** Before a second attempt, in milliseconds: not all at once. */
const [leastPause, mostPause] = [50, 250];
/** A second attempt with less time than this is not worth making, in milliseconds. */
const leastAttempt = 50;

/**
 * Has the tokens of a provider proved by a Verify Token API elsewhere. It is
 * asked every time; what it says is believed, and treated as a stranger's text.
 */
export class VerifyTokenApiVerifier extends IdentityVerifier {
  private readonly logger = new Logger(VerifyTokenApiVerifier.name);
  private readonly breaker: CircuitBreaker;
  private readonly retries = new RetryBudget();

  /** @param clockSkewSeconds how far the clocks may differ, 0–300 */
  constructor(
    private readonly provider: VerifyTokenProvider,
    private readonly clockSkewSeconds: number,
    private readonly clock: Clock,
  ) {
    super();
    this.breaker = new CircuitBreaker(clock);
  }

  /**
   * As the port; also for tokens that are no JWT.
   *
   * @throws AuthError `invalid_token` when the API says no, `token_expired`;
   *   `identity_provider_unavailable` when it does not answer as it should
   */
  override async verify(token: string): Promise<VerifiedIdentity> {
    if (!/^[\x21-\x7e]{1,8192}$/.test(token)) refuse("malformed_token");
    const said = await this.breaker
      .run((isProbe) => this.ask(token, isProbe))
      .catch((cause: unknown) => this.unavailable("no_answer", cause));
    if (said.kind === "refused") {
      if (!said.isExpired) refuse("refused_by_provider");
      throw new AuthError("token_expired", { reason: "refused_by_provider" });
    }
    try {
      const identity = identityFromAnswer(said.answer, this.provider, {
        clockSkewSeconds: this.clockSkewSeconds,
        nowSeconds: this.clock.nowSeconds(),
      });
      return { ...identity, tokenDigest: hash("sha256", token, "base64url") };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      // Not counted by the breaker: an odd account must not shut out all others.
      return this.unavailable("malformed_answer", error);
    }
  }

  /** The time is for both attempts. Who probes makes one only. */
  private async ask(
    token: string,
    isProbe: boolean,
  ): Promise<VerifyTokenAnswer> {
    const { timeoutMilliseconds = usualTimeoutMilliseconds } = this.provider;
    const deadline = performance.now() + timeoutMilliseconds;
    this.retries.earn();
    try {
      return await askVerifyTokenApi(token, this.provider, timeoutMilliseconds);
    } catch (error) {
      if (isProbe || !isPassing(error) || !this.retries.take()) throw error;
      await delay(randomInt(leastPause, mostPause));
      const left = Math.floor(deadline - performance.now());
      if (left < leastAttempt) throw error;
      return askVerifyTokenApi(token, this.provider, left);
    }
  }

  private unavailable(fault: string, cause: unknown): never {
    const { name } = this.provider;
    const isOpen = cause instanceof CircuitOpenError;
    if (!isOpen) {
      this.logger.warn({ err: cause, provider: name }, "cannot verify a token");
    }
    throw new AuthError("identity_provider_unavailable", {
      reason: isOpen ? "circuit_open" : `verify_token_api_${fault}`,
      retryAfterSeconds: isOpen ? cause.retryAfterSeconds : openSeconds,
      cause,
    });
  }
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
