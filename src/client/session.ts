import { AuthClientError } from "./auth-client-error";
import {
  type AuthState,
  type Held,
  held,
  monotonic,
  type Tokens,
} from "./auth-state";
import { exclusive, inOrder, openChannel } from "./exclusive";
import type { ErrorCode } from "./problem-codes";
import type { AuthStorage } from "./token-storage";
import type { Transport } from "./transport";

/**
 * How long other tabs have to receive the tokens of this one, in milliseconds.
 */
const handover = 50;

/** Messages between tabs. */
type News =
  { readonly tokens: Tokens } | { readonly reason: "signed_out" | ErrorCode };

export interface SessionOptions {
  /** Name of the storage key, the lock and the channel. */
  readonly name: string;
  readonly call: Transport["call"];
  /** Undefined if the refresh token is in a cookie. */
  readonly storage?: AuthStorage;
  /** Whether other tabs share the session. */
  readonly isShared: boolean;
}

export type Session = ReturnType<typeof session>;

/**
 * The tokens of this program, shared by all tabs, and the listeners for
 * changes.
 */
export function session({ name, call, storage, isShared }: SessionOptions) {
  let state: AuthState = { status: "loading" };
  let current: Held | undefined;
  let refreshing: Promise<Held | undefined> | undefined;
  const listeners = new Set<(state: AuthState) => void>();
  // A session that is not shared does not wait for other tabs.
  const run = isShared ? exclusive(name) : inOrder({});
  const channel =
    isShared && typeof BroadcastChannel !== "undefined"
      ? openChannel(name)
      : undefined;
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<News>) => apply(data);
  }

  function set(next: AuthState): void {
    state = next;
    for (const listener of listeners) listener(next);
  }

  function apply(news: News, since = monotonic()): void {
    current = "tokens" in news ? held(news.tokens, since) : undefined;
    if (!("tokens" in news)) {
      set({ status: "signed_out", reason: news.reason });
      return;
    }
    const { user, profileComplete } = news.tokens;
    set({ status: profileComplete ? "signed_in" : "incomplete", user });
  }

  /**
   * Runs exclusively, returns immediately, and releases the lock after all tabs
   * have been notified.
   */
  function alone<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      run(async () => {
        await task().then(resolve, reject);
        if (channel) await new Promise((next) => setTimeout(next, handover));
      }).catch(reject);
    });
  }

  async function adopt<Answer extends Tokens>(
    answer: Answer,
    since: number,
  ): Promise<Answer> {
    const { refreshToken, ...tokens } = answer;
    if ((refreshToken !== undefined) !== (storage !== undefined)) {
      throw new AuthClientError("unexpected_answer", {
        detail:
          "The service's REFRESH_COOKIE and CORS_ORIGINS do not match the client's option refresh.",
      });
    }
    if (refreshToken) await storage?.setItem(name, refreshToken);
    apply({ tokens }, since);
    channel?.postMessage({ tokens });
    return answer;
  }

  async function end(reason: "signed_out" | ErrorCode): Promise<undefined> {
    await storage?.removeItem(name);
    apply({ reason });
    channel?.postMessage({ reason });
    return undefined;
  }

  /** Gets new tokens from `path` and sends them to every tab. */
  function obtain<Answer extends Tokens>(
    path: string,
    body: object | undefined,
    tokens?: Tokens,
  ): Promise<Answer> {
    return alone(async () => {
      const since = monotonic();
      return adopt(await call<Answer>(path, body, tokens), since);
    });
  }

  /**
   * @param stale the access token that must no longer be used
   * @returns undefined if there is no session; throws if that cannot be
   *   determined
   */
  function refresh(stale = current): Promise<Held | undefined> {
    refreshing ??= alone(async () => {
      // Another tab was faster.
      if (current !== stale) return current;
      const since = monotonic();
      const refreshToken = await storage?.getItem(name);
      if (storage && !refreshToken) return end("no_session");
      const body = refreshToken ? { refreshToken } : undefined;
      try {
        await adopt(await call<Tokens>("/auth/refresh", body), since);
        return current;
      } catch (error) {
        if (!(error instanceof AuthClientError)) throw error;
        const { code, status } = error;
        const isOver = status === 401 || code === "account_disabled";
        if (!isOver) throw error;
        return end(code as ErrorCode);
      }
    }).finally(() => (refreshing = undefined));
    return refreshing;
  }

  /** A valid access token; undefined if there is no session. */
  async function fresh(): Promise<Tokens | undefined> {
    if (state.status === "signed_out") return undefined;
    const isGood = current && current.expiresAt > monotonic();
    return (isGood ? current : await refresh())?.tokens;
  }

  return {
    obtain,
    refresh,
    fresh,
    end: (reason: "signed_out") => alone(() => end(reason)),
    alone,
    current: () => current,
    state: () => state,
    fail: (error: AuthClientError) => {
      if (state.status === "loading") set({ status: "loading", error });
    },
    subscribe(listener: (state: AuthState) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => channel?.close(),
  };
}
