import { randomUUID } from "node:crypto";
import type { Revocations, Revoked } from "../../sessions/revocations.port";
import type { Clock } from "../../common/clock.port";
import { SteppedClock } from "../stepped-clock";
import { type Outage, type RunTransaction, within } from "./contract-runs";

/** What `create` receives. */
export interface RevocationsSetup {
  /** The machine's clock, which tests can set forward. */
  readonly clock: Clock;
}

/** The revocations of one instance of the service. */
export interface RevocationsInstance {
  readonly revocations: Revocations;
  /** What the service does on shutdown, such as `onModuleDestroy`. */
  stop(): void | Promise<void>;
}

/** The revocations under test, and what the tests need. */
export interface RevocationsUnderTest {
  /**
   * Starts an instance like the service does, including
   * `onApplicationBootstrap`.
   */
  start(): RevocationsInstance | Promise<RevocationsInstance>;
  /**
   * Runs a transaction: `Database.transaction`, or {@link looseTransaction}.
   */
  readonly transaction: RunTransaction;
  /**
   * Interrupts the channel by which the second instance receives the changes of
   * the first.
   */
  readonly outage?: Outage;
  /** Called after each test, once the instances are stopped. */
  dispose(): void | Promise<void>;
}

export type MakeRevocations = (
  setup: RevocationsSetup,
) => RevocationsUnderTest | Promise<RevocationsUnderTest>;

/** How long changes may take to reach other instances, in milliseconds. */
const promised = 1000;

/** The two instances of a test. */
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
    if (!this.made) throw new Error("The revocations were not created");
    return this.made;
  }

  /** Starts another instance. */
  async start(): Promise<Revocations> {
    const instance = await this.underTest.start();
    this.instances.push(instance);
    return instance.revocations;
  }

  /** The instance that ends sessions. */
  get here(): Revocations {
    return this.instance(0);
  }

  /** Another instance, which must receive the change. */
  get elsewhere(): Revocations {
    return this.instance(1);
  }

  /** Ends the sessions of the tokens, and what else is given. */
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

  /** Whether an instance refuses the token within the allowed time. */
  covered(token: Token, on = this.elsewhere): Promise<boolean> {
    return within(promised, () => covers(on, token));
  }

  private instance(index: number): Revocations {
    const instance = this.instances[index];
    if (!instance) throw new Error("The instance was not started");
    return instance.revocations;
  }
}

/** The claims of an access token about its session. */
export interface Token {
  readonly sessionId: string;
  readonly userId: string;
  /** Whole seconds since 1970. */
  readonly authenticatedAt: number;
}

/** A token of a session that no other test uses. */
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
