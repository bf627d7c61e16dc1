import { randomBytes, randomUUID } from "node:crypto";
import type { Clock } from "../../common/clock.port";
import { RefreshTokens } from "../../sessions/refresh-tokens";
import type {
  PresentedRefreshToken,
  RotateOutcome,
  Session,
  SessionContext,
  SessionProof,
  SessionStore,
} from "../../sessions/session-store.port";
import type { SessionsOptions } from "../../sessions/sessions.options";
import { FrozenClock } from "../frozen-clock";
import type { Outage, RunTransaction } from "./contract-runs";

/** How long the sessions of a store live, and how their refresh tokens rotate. */
export type SessionStoreRules = Pick<
  SessionsOptions,
  | "idleTtlSeconds"
  | "maxTtlSeconds"
  | "refreshGraceSeconds"
  | "refreshLateRetries"
>;

/** What a store under test is made with. */
export interface SessionStoreSetup {
  readonly rules: SessionStoreRules;
  /** The store goes by this clock: it stands still until a test moves it. */
  readonly clock: Clock;
}

/** A store, and what its tests need. */
export interface SessionStoreUnderTest {
  readonly store: SessionStore;
  /** The store of another instance, on the same sessions: the races then go through both. */
  readonly other?: SessionStore;
  /** Runs a transaction as the service does: `Database.transaction`, or {@link looseTransaction}. */
  readonly transaction: RunTransaction;
  /** Takes what the store needs away; then it has to say that it is unavailable. */
  readonly outage?: Outage;
  /** Called after each test. */
  dispose(): void | Promise<void>;
}

export type MakeSessionStore = (
  setup: SessionStoreSetup,
) => SessionStoreUnderTest | Promise<SessionStoreUnderTest>;

const defaultRules: SessionStoreRules = {
  idleTtlSeconds: 600,
  maxTtlSeconds: 2000,
  refreshGraceSeconds: 10,
  refreshLateRetries: 1,
};

const plainContext: SessionContext = {
  device: "Ada's phone",
  ip: "192.0.2.1",
  userAgent: "Phone/1",
  keyThumbprint: null,
};

/** Begins within a second, so that what is rounded to whole ones shows. */
const beginning = 1_763_700_000_250;

/** One store in one test. */
export class SessionBench {
  readonly clock = new FrozenClock(beginning);
  readonly rules: SessionStoreRules;
  private made: SessionStoreUnderTest | undefined;
  private readonly refreshTokens: RefreshTokens;

  constructor(rules: Partial<SessionStoreRules> = {}) {
    this.rules = { ...defaultRules, ...rules };
    this.refreshTokens = new RefreshTokens({
      ...this.rules,
      maxPerUser: 100,
      accessTokenTtlSeconds: 60,
      secretKey: randomBytes(32).toString("hex"),
      previousSecretKey: null,
    });
  }

  async open(create: MakeSessionStore): Promise<this> {
    this.made = await create(this);
    return this;
  }

  async close(): Promise<void> {
    await this.made?.dispose();
    this.made = undefined;
  }

  get underTest(): SessionStoreUnderTest {
    if (!this.made) throw new Error("The store has not been made");
    return this.made;
  }

  get store(): SessionStore {
    return this.underTest.store;
  }

  /** The store of one of the instances. */
  storeOf(index: number): SessionStore {
    const { store, other = store } = this.underTest;
    return index % 2 === 0 ? store : other;
  }

  inSeconds(seconds: number): Date {
    return new Date(this.clock.now() + seconds * 1000);
  }

  /** The proof of somebody who proved to be it so many seconds ago. */
  proof(secondsAgo = 0): SessionProof {
    return {
      issuer: "https://accounts.google.com",
      subject: randomUUID(),
      clientId: "123-web.apps.googleusercontent.com",
      issuedAt: Math.floor(this.clock.now() / 1000) - secondsAgo,
    };
  }

  start(
    userId: string,
    {
      proof = this.proof(),
      store = this.store,
      ...context
    }: Partial<SessionContext> & {
      readonly proof?: SessionProof;
      readonly store?: SessionStore;
    } = {},
  ): Promise<Session> {
    return store.start(userId, proof, { ...plainContext, ...context });
  }

  /** What a client presents of a session's token, the live one by default. */
  tokenOf(
    session: Session,
    generation = session.generation,
  ): PresentedRefreshToken {
    const { token } = this.refreshTokens.issue({ ...session, generation });
    const presented = this.refreshTokens.read(token);
    if (!presented) throw new Error("The token does not read as one of ours");
    return presented;
  }

  rotate(
    session: Session,
    generation = session.generation,
    {
      store = this.store,
      ...context
    }: Partial<SessionContext> & { readonly store?: SessionStore } = {},
  ): Promise<RotateOutcome> {
    const { ip, userAgent } = plainContext;
    return store.rotate(this.tokenOf(session, generation), {
      ...{ ip, userAgent, keyThumbprint: session.keyThumbprint },
      ...context,
    });
  }

  authenticate(
    session: Session,
    {
      userId = session.userId,
      proof = this.proof(),
      keyThumbprint = session.keyThumbprint,
      store = this.store,
    }: {
      readonly userId?: string;
      readonly proof?: SessionProof;
      readonly keyThumbprint?: string | null;
      readonly store?: SessionStore;
    } = {},
  ): Promise<Session | null> {
    const { ip, userAgent } = plainContext;
    const context = { ip, userAgent, keyThumbprint };
    return this.underTest.transaction((transaction) =>
      store.authenticate(session.id, userId, proof, context, transaction),
    );
  }

  end(
    { id, userId }: Pick<Session, "id" | "userId">,
    store = this.store,
  ): Promise<boolean> {
    return this.underTest.transaction((transaction) =>
      store.end(id, userId, "signed_out", transaction),
    );
  }

  endAll(userId: string, provedUpTo?: Date, store = this.store) {
    const reason = provedUpTo ? "security_event" : "signed_out_everywhere";
    return this.underTest.transaction((transaction) =>
      store.endAll(userId, reason, transaction, provedUpTo),
    );
  }

  async liveIds(userId: string): Promise<string[]> {
    return (await this.store.list(userId)).map(({ id }) => id);
  }
}

/** A user that no other test knows. */
export function newUserId(): string {
  return randomUUID();
}

/** How the kind and the generation of a rotation read in an expectation. */
export function issued(outcome: RotateOutcome): string {
  return outcome.kind === "rotated"
    ? `${outcome.session.generation}${outcome.late ? " late" : ""}`
    : outcome.kind;
}
