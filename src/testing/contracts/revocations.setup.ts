import { randomUUID } from "node:crypto";
import type { Revocations, Revoked } from "../../sessions/revocations.port";
import type { Clock } from "../../common/clock.port";
import { SteppedClock } from "../stepped-clock";
import { type Outage, type RunTransaction, within } from "./contract-runs";

/** What revocations under test are made with. */
export interface RevocationsSetup {
  /** Runs as the machine's, ahead of it by as much as a test says. */
  readonly clock: Clock;
}

/** One instance of the service, as far as revocations go. */
export interface RevocationsInstance {
  readonly revocations: Revocations;
  /** What the service would do at its end, as `onModuleDestroy`. */
  stop(): void | Promise<void>;
}

/** Revocations, and what their tests need. */
export interface RevocationsUnderTest {
  /** Starts an instance as the service does, `onApplicationBootstrap` included. */
  start(): RevocationsInstance | Promise<RevocationsInstance>;
  /** Runs a transaction as the service does: `Database.transaction`, or {@link looseTransaction}. */
  readonly transaction: RunTransaction;
  /** Cuts the second instance that was started off from what it hears the first by. */
  readonly outage?: Outage;
  /** Called after each test, when the instances have been stopped. */
  dispose(): void | Promise<void>;
}

export type MakeRevocations = (
  setup: RevocationsSetup,
) => RevocationsUnderTest | Promise<RevocationsUnderTest>;

/** Other instances have to know within this, in milliseconds. */
const promised = 1000;

/** Two instances in one test. */
export class RevocationsBench {
  readonly clock = new SteppedClock();
  private made: RevocationsUnderTest | undefined;
  private readonly instances: RevocationsInstance[] = [];

  async open(create: MakeRevocations): Promise<this> {
    this.made = await create(this);
    await this.start();
    await this.start();
    return this;
  }

  async close(): Promise<void> {
    for (const instance of this.instances.splice(0)) await instance.stop();
    await this.made?.dispose();
    this.made = undefined;
  }

  get underTest(): RevocationsUnderTest {
    if (!this.made) throw new Error("The revocations have not been made");
    return this.made;
  }

  /** One more instance, which has just started. */
  async start(): Promise<Revocations> {
    const instance = await this.underTest.start();
    this.instances.push(instance);
    return instance.revocations;
  }

  /** The instance that ends sessions. */
  get here(): Revocations {
    return this.instance(0);
  }

  /** Another one, which has to learn of it. */
  get elsewhere(): Revocations {
    return this.instance(1);
  }

  /** Ends the session of each token, and what else is named. */
  end(
    ended: readonly (Token | Revoked)[],
    { seconds = 900, on = this.here } = {},
  ): Promise<void> {
    return this.underTest.transaction((transaction) =>
      on.end(ended.map(revokedOf), this.inSeconds(seconds), transaction),
    );
  }

  inSeconds(seconds: number): Date {
    return new Date(this.clock.now() + seconds * 1000);
  }

  /** Whether it comes to be in the promised time that an instance refuses the token. */
  covered(token: Token, on = this.elsewhere): Promise<boolean> {
    return within(promised, () => covers(on, token));
  }

  private instance(index: number): Revocations {
    const instance = this.instances[index];
    if (!instance) throw new Error("The instance has not started");
    return instance.revocations;
  }
}

/** What an access token says of its session. */
export interface Token {
  readonly sessionId: string;
  readonly userId: string;
  /** Whole seconds since 1970. */
  readonly authenticatedAt: number;
}

/** A token of a session that no other test knows. */
export function newToken(changes: Partial<Token> = {}): Token {
  return {
    ...{ sessionId: randomUUID(), userId: randomUUID() },
    authenticatedAt: Math.floor(Date.now() / 1000),
    ...changes,
  };
}

export function revokedOf(ended: Token | Revoked): Revoked {
  return "before" in ended ? ended : { sessionId: ended.sessionId };
}

/** Whether an instance refuses a token. */
export async function covers(
  revocations: Revocations,
  { sessionId, userId, authenticatedAt }: Token,
): Promise<boolean> {
  return revocations.covers(sessionId, userId, authenticatedAt);
}
