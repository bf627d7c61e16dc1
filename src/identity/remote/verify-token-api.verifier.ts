import { hash, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Logger } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { Clock } from "../../common/clock.port";
import { clientNetwork } from "../../common/ip-address";
import { IdentityVerifier, type TokenCaller } from "../identity-verifier.port";
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
  isTransient,
  type VerifyTokenAnswer,
} from "./verify-token-api.request";
import type { VerifyTokenProvider } from "./verify-token-provider";

const defaultTimeoutMilliseconds = 4000;
/** The pause before a retry, in milliseconds; random, so that not all retry at once. */
const [minPause, maxPause] = [50, 250];
/** How APIs reject a token; also 200 with `active: false`. */
const usualStatuses = [200, 400, 401, 403, 422];
/** The minimum time a retry needs, in milliseconds. */
const minAttempt = 50;

/**
 * Has a remote Verify Token API verify the tokens of a provider. It is called
 * for every token; its verdict is trusted, its messages are not.
 */
export class VerifyTokenApiVerifier extends IdentityVerifier {
  private readonly logger = new Logger(VerifyTokenApiVerifier.name);
  private readonly breaker: CircuitBreaker;
  private readonly retries = new RetryBudget();
  private readonly noted = new Set<number>();

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
   * See {@link IdentityVerifier.verify}. The token need not be a JWT.
   *
   * @throws AuthError `invalid_token` when the API refuses it, `token_expired`;
   *   `identity_provider_unavailable` when it does not answer properly
   */
  override async verify(
    token: string,
    caller?: TokenCaller,
  ): Promise<VerifiedIdentity> {
    if (!/^[\x21-\x7e]{1,8192}$/.test(token)) refuse("malformed_token");
    const network = clientNetwork(caller?.ip);
    const answer = await this.breaker
      .run(network, (isProbe) => this.ask(token, isProbe))
      .catch((cause: unknown) => this.unavailable("no_answer", cause));
    if (answer.kind === "malformed") {
      return this.unavailable("malformed_answer", answer.cause);
    }
    if (answer.kind === "refused") {
      this.noteStatus(answer.status);
      if (!answer.isExpired) refuse("refused_by_provider");
      throw new AuthError("token_expired", { reason: "refused_by_provider" });
    }
    try {
      const identity = identityFromAnswer(answer.claims, this.provider, {
        clockSkewSeconds: this.clockSkewSeconds,
        nowSeconds: this.clock.nowSeconds(),
      });
      if (network !== null) this.breaker.trust(network);
      return { ...identity, tokenDigest: hash("sha256", token, "base64url") };
    } catch (error) {
      if (error instanceof AuthError) throw error;
      // Not counted by the breaker: one odd account must not lock out all others.
      return this.unavailable("malformed_answer", error);
    }
  }

  /** The time limit covers both attempts. A probe makes only one. */
  private async ask(
    token: string,
    isProbe: boolean,
  ): Promise<VerifyTokenAnswer> {
    const { timeoutMilliseconds = defaultTimeoutMilliseconds } = this.provider;
    const deadline = performance.now() + timeoutMilliseconds;
    this.retries.earn();
    try {
      return await askVerifyTokenApi(token, this.provider, timeoutMilliseconds);
    } catch (error) {
      if (isProbe || !isTransient(error) || !this.retries.take()) throw error;
      await delay(randomInt(minPause, maxPause));
      const left = Math.floor(deadline - performance.now());
      if (left < minAttempt) throw error;
      return askVerifyTokenApi(token, this.provider, left);
    }
  }

  /**
   * Once per status: a wrong URL must be noticed, but a flood of tokens must
   * not fill the log.
   */
  private noteStatus(status: number): void {
    if (usualStatuses.includes(status) || this.noted.has(status)) return;
    this.noted.add(status);
    this.logger.warn(
      { provider: this.provider.name, status },
      "the verify token API refuses a token with an unusual status: is its URL right?",
    );
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
