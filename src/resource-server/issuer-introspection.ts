import { hash } from "node:crypto";
import { Logger } from "@nestjs/common";
import { LRUCache } from "lru-cache";
import { AuthError } from "../common/auth-error";
import type { Clock } from "../common/clock.port";
import { fetchJson } from "../common/fetch-json";

/**
 * How long a response is cached, and the pause after a failure, in
 * milliseconds.
 */
const freshMilliseconds = 1000;
/**
 * How long a token that was valid is still accepted while the issuer does not
 * respond, in milliseconds.
 */
const maxSilenceMilliseconds = 60_000;
const timeoutMilliseconds = 2000;
/** Maximum number of cached responses. */
const maxRememberedTokens = 10_000;

export interface IntrospectionCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Verdict {
  readonly active: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Asks the issuer whether a token is still good, so that a session which is
 * ended there is over here within a second.
 *
 * Each token is asked about once a second at most. While the issuer does not
 * respond, tokens that were valid are accepted for another minute; after that
 * the response is 503 until the issuer is available again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export class IssuerIntrospection {
  private readonly logger = new Logger(IssuerIntrospection.name);
  private readonly verdicts = new LRUCache<string, Verdict>({
    max: maxRememberedTokens,
  });
  private readonly asking = new Map<string, Promise<Verdict>>();
  private readonly authorization: string;
  private failedAt = Number.NEGATIVE_INFINITY;

  /** @param endpoint returns the URL of the introspection endpoint */
  constructor(
    private readonly endpoint: () => Promise<string>,
    { clientId, clientSecret }: IntrospectionCredentials,
    private readonly clock: Clock,
  ) {
    // RFC 6749 §2.3.1: each form-encoded, then joined.
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
    this.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  }

  /**
   * @param token whose signature is valid
   * @throws AuthError `unauthenticated` if it is no longer active,
   *   `service_unavailable` if that cannot be determined
   */
  async check(token: string): Promise<void> {
    const digest = hash("sha256", token, "base64");
    const known = this.verdicts.get(digest);
    if (known && this.isWithin(known.at, freshMilliseconds)) {
      return accept(known);
    }
    try {
      accept(await this.ask(token, digest));
    } catch (cause) {
      if (cause instanceof AuthError && cause.code === "unauthenticated") {
        throw cause;
      }
      if (known?.active && this.isWithin(known.at, maxSilenceMilliseconds)) {
        return;
      }
      throw new AuthError("service_unavailable", {
        reason: "introspection_unavailable",
        retryAfterSeconds: 5,
        cause,
      });
    }
  }

  /** Concurrent callers share one request. */
  private ask(token: string, digest: string): Promise<Verdict> {
    const under = this.asking.get(digest);
    if (under) return under;
    if (this.isWithin(this.failedAt, freshMilliseconds)) {
      return Promise.reject(new Error("The issuer has just failed to respond"));
    }
    const asked = this.askNow(token)
      .then((verdict) => {
        this.verdicts.set(digest, verdict);
        return verdict;
      })
      .finally(() => this.asking.delete(digest));
    this.asking.set(digest, asked);
    return asked;
  }

  private async askNow(token: string): Promise<Verdict> {
    const at = this.clock.now();
    try {
      const { value } = await fetchJson(await this.endpoint(), {
        name: "The introspection response",
        timeoutMilliseconds,
        headers: { authorization: this.authorization },
        form: new URLSearchParams({ token, token_type_hint: "access_token" }),
      });
      const { active } = Object(value) as { active?: unknown };
      if (typeof active !== "boolean") {
        throw new Error("The introspection response does not contain active");
      }
      return { active, at };
    } catch (cause) {
      this.failedAt = this.clock.now();
      this.logger.warn({ err: cause }, "The issuer is unreachable");
      throw cause;
    }
  }

  /** Also false if the clock was set back. */
  private isWithin(since: number, milliseconds: number): boolean {
    const age = this.clock.now() - since;
    return age >= 0 && age < milliseconds;
  }
}

function accept({ active }: Verdict): void {
  if (active) return;
  throw new AuthError("unauthenticated", { reason: "token_not_active" });
}
