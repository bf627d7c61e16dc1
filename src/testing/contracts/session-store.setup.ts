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

/** What `create` receives. */
export interface SessionStoreSetup {
  readonly rules: SessionStoreRules;
  /** The clock for the store, which only moves when a test advances it. */
  readonly clock: Clock;
}

/** The store under test, and what the tests need. */
export interface SessionStoreUnderTest {
  readonly store: SessionStore;
  /**
   * The store of another instance with the same sessions; concurrency tests use
   * both.
   */
  readonly other?: SessionStore;
  /**
   * Runs a transaction: `Database.transaction`, or {@link looseTransaction}.
   */
  readonly transaction: RunTransaction;
  /**
   * Makes the store's dependencies unavailable; the store must then report
   * this.
   */
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

/** Not a whole second, so that rounding is detected. */
const beginning = 1_763_700_000_250;

/** The store of a test. */
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
    if (!this.made) throw new Error("The store was not created");
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

  /** The proof of a user who authenticated this many seconds ago. */
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

  /** The refresh token that a client presents, by default the current one. */
  tokenOf(
    session: Session,
    generation = session.generation,
  ): PresentedRefreshToken {
    const { token } = this.refreshTokens.issue({ ...session, generation });
    const presented = this.refreshTokens.read(token);
    if (!presented) throw new Error("The token cannot be parsed");
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

/** A user that no other test uses. */
export function newUserId(): string {
  return randomUUID();
}

/** The kind and generation of a rotation, for assertions. */
export function issued(outcome: RotateOutcome): string {
  return outcome.kind === "rotated"
    ? `${outcome.session.generation}${outcome.late ? " late" : ""}`
    : outcome.kind;
}
