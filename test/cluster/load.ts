import { setTimeout as delay } from "node:timers/promises";
import { newAccount } from "../../src/testing/google/accounts";
import type { GoogleEmulator } from "../../src/testing/google/emulator";
import { Client, type Reply, type Request } from "./client";
import { Observations } from "./observations";

/** How many people use the service at a time. */
const people = 24;
/** What a person does between two requests, in milliseconds. */
const pauseMilliseconds = 80;
/** By when every instance knows of an end of session, in milliseconds. */
const endedEverywhereMilliseconds = 1200;
/** How many sessions are kept to see whether they survive. */
const maxKept = 150;

interface Session {
  accessToken: string;
  refreshToken: string;
  readonly startedAt: number;
}

/**
 * People who sign in, use a guarded route, refresh, sometimes in two tabs at
 * once, and sign out; and strangers who are refused.
 */
export class Load {
  readonly seen = new Observations();
  private readonly client: Client;
  private readonly kept: Session[] = [];
  private readonly workers: Promise<unknown>;
  private stopped = false;
  private turns = 0;
  /** From when on what was committed may be lost, to a replica that lags. */
  private mayForgetFrom = Infinity;
  private mayForgetUntil = -Infinity;
  /** Until when an instance may not know of what was ended on another. */
  private isIgnorantUntil = -Infinity;

  private constructor(
    url: string,
    private readonly google: GoogleEmulator,
  ) {
    this.client = new Client(url, this.seen);
    this.workers = Promise.all(
      Array.from({ length: people }, () => this.live()),
    );
    this.workers.catch(() => undefined);
  }

  static start(url: string, google: GoogleEmulator): Load {
    return new Load(url, google);
  }

  /** What happens from now on until {@link remembersAll} may be forgotten. */
  mayForget(): void {
    this.mayForgetFrom = Date.now();
    this.mayForgetUntil = Infinity;
  }

  remembersAll(): void {
    this.mayForgetUntil = Date.now();
  }

  /** An instance cannot learn what is ended on another… */
  cannotLearn(): void {
    this.isIgnorantUntil = Infinity;
  }

  /** …until now, and has 2 s to catch up: one of them is PgBouncer's. */
  canLearn(): void {
    this.isIgnorantUntil = Date.now() + 2000;
  }

  /** Uses every session that was kept: none of them may be lost. */
  async useAllKept(): Promise<void> {
    const sessions = this.kept.splice(0);
    while (sessions.length > 0) {
      await Promise.all(
        sessions.splice(0, 10).map(async (session) => {
          if (await this.refresh(session)) this.kept.push(session);
        }),
      );
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.workers;
  }

  private async live(): Promise<void> {
    while (!this.stopped) {
      const turn = this.turns++;
      if (turn % 5 === 0) await this.strange(turn);
      else await this.visit(turn);
    }
  }

  private async visit(turn: number): Promise<void> {
    const session = await this.signIn();
    if (!session) return;
    for (let use = 0; use < 3; use++) {
      await this.use(session);
      await delay(pauseMilliseconds);
      if (!(await this.refresh(session, (turn + use) % 3 === 0))) return;
      await delay(pauseMilliseconds);
    }
    if (turn % 3 === 0) await this.signOut(session);
    else if (this.kept.length < maxKept) this.kept.push(session);
  }

  private async signIn(): Promise<Session | null> {
    const idToken = await this.google.idToken({ account: newAccount() });
    const startedAt = Date.now();
    const reply = await this.client.askUntilAnswered({
      ...{ method: "POST", path: "/auth/google", expected: [200] },
      body: { idToken },
    });
    if (reply?.status !== 200) return null;
    return { ...tokensOf(reply), startedAt };
  }

  private async use(session: Session): Promise<void> {
    const { accessToken } = session;
    // The user may be forgotten together with the session.
    const expected = this.isForgettable(session) ? [200, 401] : [200];
    await this.client.ask({
      ...{ method: "GET", path: "/users/me", accessToken, expected },
    });
  }

  /** @returns whether the session lives on */
  private async refresh(session: Session, inTwoTabs = false): Promise<boolean> {
    const { refreshToken } = session;
    const request: Request = {
      method: "POST",
      path: "/auth/refresh",
      body: { refreshToken },
      // What it should not be is told apart below.
      expected: [200, 401],
    };
    const replies = await Promise.all(
      Array.from({ length: inTwoTabs ? 2 : 1 }, () =>
        this.client.askUntilAnswered(request),
      ),
    );
    const good = replies.filter((reply) => reply?.status === 200);
    const successors = new Set(good.map((reply) => reply?.body.refreshToken));
    if (successors.size > 1) this.seen.doubleChain();
    const [first] = good;
    if (first && good.length === replies.length) {
      Object.assign(session, tokensOf(first));
      return true;
    }
    if (!this.isForgettable(session)) {
      const why = replies.map((reply) =>
        reply ? `${reply.status}` : "no answer",
      );
      this.seen.sessionLost(why.join(", "));
    } else this.seen.sessionForgotten();
    return false;
  }

  /** An ended session is refused by all, however often they are asked. */
  private async signOut(session: Session): Promise<void> {
    const { accessToken, refreshToken } = session;
    const reply = await this.client.askUntilAnswered({
      ...{ method: "POST", path: "/auth/logout", accessToken },
      body: { refreshToken },
      // 401: the answer to the first attempt was lost.
      expected: this.isForgettable(session) ? [204, 401, 404] : [204, 401],
    });
    const endedAt = Date.now();
    if (!reply) return;
    await delay(endedEverywhereMilliseconds);
    for (let use = 0; use < 2; use++) {
      const mayBeAccepted =
        this.isForgettable({ startedAt: endedAt }) ||
        Date.now() < this.isIgnorantUntil;
      await this.client.ask({
        ...{ method: "GET", path: "/users/me", accessToken },
        expected: mayBeAccepted ? [200, 401] : [401],
      });
    }
  }

  /** Somebody without a right to anything. */
  private async strange(turn: number): Promise<void> {
    const idToken = await this.google.idToken({ issuedSecondsAgo: 9000 });
    await this.client.ask({
      ...{ method: "POST", path: "/auth/google", expected: [401] },
      body: { idToken },
    });
    await this.client.ask({
      ...{ method: "GET", path: "/users/me", expected: [401] },
      accessToken: `nobody.${turn}.nothing`,
    });
    await this.client.ask({
      ...{ method: "POST", path: "/auth/refresh", expected: [401] },
      body: { refreshToken: `nobody-${turn}` },
    });
    await delay(pauseMilliseconds);
  }

  private isForgettable({ startedAt }: Pick<Session, "startedAt">): boolean {
    // A sign-in takes a moment.
    const from = this.mayForgetFrom - 1000;
    return startedAt >= from && startedAt <= this.mayForgetUntil;
  }
}

function tokensOf({ body }: Reply) {
  return {
    accessToken: String(body.accessToken),
    refreshToken: String(body.refreshToken),
  };
}
