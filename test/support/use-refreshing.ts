import { Clock } from "../../src/common/clock.port";
import { newAccount } from "../../src/testing/google/accounts";
import { SteppedClock } from "../../src/testing/stepped-clock";
import { TestService } from "../../src/testing/test-service";
import { Instances } from "./instances";
import { type Answer, postJson, signIn } from "./requests";
import { query } from "./rows";

export const refresh = (service: TestService, refreshToken: unknown) =>
  postJson(service, "/auth/refresh", { refreshToken });

/** The status and, for a refusal, the code. */
export const verdict = ({ status, body }: Answer) =>
  status === 200 ? "200" : `${status} ${String(body.code)}`;

/** The refresh token in a response. */
export const tokenOf = ({ body }: Answer) => String(body.refreshToken);

/** Two instances of one service, whose clock can be stepped. */
class SteppedInstances {
  private readonly clock = new SteppedClock();
  private readonly providers = [{ provide: Clock, useValue: this.clock }];
  private instances!: Instances;
  private ahead = 0;

  async open(): Promise<void> {
    this.instances = await Instances.start({ providers: this.providers });
  }

  close(): Promise<void> {
    return this.instances.stop();
  }

  get google() {
    return this.instances.google;
  }

  get one(): TestService {
    return this.instances.one;
  }

  get other(): TestService {
    return this.instances.other;
  }

  /** Starts another instance. */
  start(): Promise<TestService> {
    const { google, database } = this.instances;
    return TestService.start(google, { database, providers: this.providers });
  }

  /** @param seconds forward, or back if negative */
  step(seconds: number): void {
    this.ahead += seconds;
    this.clock.step(seconds);
  }

  /** Resets the clock to the machine's time, which Google's library uses. */
  unstep(): void {
    this.step(-this.ahead);
  }

  /** Signs a new account in. */
  async newSession() {
    const idToken = await this.google.idToken({ account: newAccount() });
    return signIn(this.one, idToken);
  }

  /** The stored row of a response's session. */
  async sessionRow(answer: Answer) {
    const [row] = await query<{
      generation: number;
      revoked_reason: string | null;
    }>(
      this.one,
      "SELECT generation, revoked_reason FROM google_auth.sessions WHERE id = $1",
      [answer.body.sessionId],
    );
    return row;
  }
}

/**
 * Two instances for all tests of the `describe` block that calls this, each of
 * which starts at the machine's time. What it returns can be used in tests.
 */
export function useRefreshing(): SteppedInstances {
  const site = new SteppedInstances();
  beforeAll(() => site.open());
  beforeEach(() => site.unstep());
  afterAll(() => site.close());
  return site;
}
