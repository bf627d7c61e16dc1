import { EventEmitter, once } from "node:events";
import type { Clock } from "../../src/common/clock.port";
import type { TestService } from "../../src/testing/test-service";
import { getWithToken, signIn } from "./requests";

/** A third party that verifies our tokens. */
interface Verifier {
  /** @returns the reason of the refusal; null if the token is valid */
  refusalOf(token: string): Promise<string | null>;
}

interface HeldToken {
  readonly token: string;
  readonly kid: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** Refused tokens, failed sign-ins and statistics. */
export interface TrafficReport {
  readonly failures: readonly string[];
  /** The number of uses of tokens; each is used at least twice, new and old. */
  readonly uses: number;
  /** The keys that signed, in the order of their first token. */
  readonly kids: readonly string[];
}

/**
 * Users of several instances: each signs in at one, uses the token at another
 * and at third-party services, and uses an earlier token again.
 */
export class TokenTraffic {
  private readonly held: HeldToken[] = [];
  private readonly failures: string[] = [];
  private readonly used = new EventEmitter();
  private readonly workers: Promise<unknown>;
  private uses = 0;
  private rounds = 0;
  private stopped = false;

  private constructor(
    private readonly services: readonly TestService[],
    private readonly servers: readonly Verifier[],
    private readonly clock: Clock,
    private readonly newIdToken: () => Promise<string>,
  ) {
    this.workers = Promise.all([0, 1, 2].map((worker) => this.work(worker)));
    // The failure is reported by `more` and `stop`.
    this.workers.catch(() => undefined);
  }

  /** @param newIdToken mints a valid Google ID token */
  static start(
    services: readonly TestService[],
    servers: readonly Verifier[],
    clock: Clock,
    newIdToken: () => Promise<string>,
  ): TokenTraffic {
    return new TokenTraffic(services, servers, clock, newIdToken);
  }

  /** Waits until this many more users are done. */
  async more(count: number): Promise<void> {
    const enough = this.rounds + count;
    while (this.rounds < enough && !this.stopped) {
      await once(this.used, "round");
    }
  }

  async stop(): Promise<TrafficReport> {
    this.stopped = true;
    await this.workers;
    const { failures, uses } = this;
    return {
      ...{ failures, uses },
      kids: [...new Set(this.held.map(({ kid }) => kid))],
    };
  }

  private async work(worker: number): Promise<void> {
    try {
      for (let round = worker; !this.stopped; round++) {
        const issuer = this.at(round);
        const { status, accessToken, body } = await signIn(
          issuer,
          await this.newIdToken(),
        );
        if (status === 200) {
          this.held.push(heldTokenOf(accessToken));
          await this.use(accessToken, this.at(round + 1));
        } else this.failures.push(`sign-in ${status} ${String(body.code)}`);
        await this.useOldToken(round);
        this.rounds++;
        this.used.emit("round");
      }
    } finally {
      // The end of one worker, even by a failure, ends them all.
      this.stopped = true;
      this.used.emit("round");
    }
  }

  /** Uses the oldest token that is still valid. */
  private async useOldToken(round: number): Promise<void> {
    // Enough for steps of the clock during the request.
    const until = this.clock.nowSeconds() + 150;
    const old = this.held.find(({ expiresAt }) => expiresAt > until);
    if (old) await this.use(old.token, this.at(round));
  }

  private async use(token: string, service: TestService): Promise<void> {
    const { status, body } = await getWithToken(service, "/users/me", token);
    if (status !== 200) this.failures.push(`${status} ${String(body.reason)}`);
    for (const server of this.servers) {
      const refusal = await server.refusalOf(token);
      if (refusal) this.failures.push(refusal);
    }
    this.uses++;
  }

  private at(index: number): TestService {
    const service = this.services[index % this.services.length];
    if (!service) throw new Error("There are no services");
    return service;
  }
}

function heldTokenOf(token: string): HeldToken {
  const [header, payload] = token
    .split(".")
    .slice(0, 2)
    .map(
      (segment) =>
        JSON.parse(Buffer.from(segment, "base64url").toString()) as Record<
          string,
          unknown
        >,
    );
  return { token, kid: String(header?.kid), expiresAt: Number(payload?.exp) };
}
