import { AuthClientError, errorOf } from "./auth-client-error";
import type { AuthState, SignInAnswer, Tokens, User } from "./auth-state";
import { dpopProofs } from "./dpop-keys";
import {
  type GoogleButtonOptions,
  type GoogleOptions,
  googleSignIn,
} from "./google-sign-in";
import { session } from "./session";
import { type AuthStorage, memoryStorage } from "./token-storage";
import { transport } from "./transport";

export interface AuthClientOptions {
  /** The URL of the service: `https://api.example.com`. */
  readonly baseUrl: string;
  /** `cookie` for web pages (`REFRESH_COOKIE=browser`), `body` for apps. */
  readonly refresh: "cookie" | "body";
  /** Where to keep the refresh token, with `body`; in memory by default. */
  readonly storage?: AuthStorage;
  readonly google?: GoogleOptions;
  /** Bind the tokens to a key of this device (`DPOP=optional` or `required`). */
  readonly dpop?: boolean;
  /** Other origins that `fetch` sends the access token to. */
  readonly origins?: readonly string[];
  /** Another implementation of `fetch`, such as one that logs. */
  readonly fetch?: typeof fetch;
}

/** What proves who the user is. */
export type Credential = {
  readonly nonce?: string;
  /** A label for the user's list of sessions. */
  readonly device?: string;
  /** The app's own fields of a new user. */
  readonly profile?: Readonly<Record<string, unknown>>;
} & (
  | { readonly idToken: string }
  | {
      readonly code: string;
      readonly redirectUri?: string;
      readonly codeVerifier?: string;
    }
);

/** Every method that fails throws an {@link AuthClientError}. */
export interface AuthClient {
  readonly state: AuthState;
  /**
   * Calls the listener with the state now and at every change; returns a
   * function that unsubscribes.
   */
  readonly subscribe: (listener: (state: AuthState) => void) => () => void;
  /**
   * Restores the session of an earlier visit; null if no one is signed in.
   * Throws if that cannot be determined.
   */
  readonly restore: () => Promise<User | null>;
  /**
   * Renews the tokens now instead of when they expire, for example after the
   * user's roles have changed; null if the session is over.
   */
  readonly refresh: () => Promise<User | null>;
  readonly signIn: (credential: Credential) => Promise<SignInAnswer>;
  /**
   * Reauthenticates the user, for routes that respond
   * `reauthentication_required`.
   */
  readonly reauthenticate: (proof: {
    readonly idToken: string;
    readonly nonce?: string;
  }) => Promise<User>;
  /** Sends the missing fields of a user whose state is `incomplete`. */
  readonly completeProfile: (
    profile: Readonly<Record<string, unknown>>,
  ) => Promise<User>;
  /**
   * Ends the session, or all sessions of the user. If the service cannot be
   * reached, it throws and changes nothing.
   */
  readonly signOut: (options?: {
    readonly everywhere?: boolean;
  }) => Promise<void>;
  /**
   * Like the global `fetch`, with the access token; a path is relative to the
   * service. An expired token is renewed first; a refused one is renewed once.
   */
  readonly fetch: (
    input: string | URL | Request,
    init?: RequestInit,
  ) => Promise<Response>;
  /** Renders Google's own button; returns a function that removes it. */
  readonly renderGoogleButton: (
    element: HTMLElement,
    options?: GoogleButtonOptions,
  ) => Promise<() => void>;
  /** Shows Google's One Tap, using FedCM if the browser supports it. */
  readonly promptOneTap: (options?: GoogleButtonOptions) => Promise<() => void>;
  /** Stops listening to other tabs. */
  readonly close: () => void;
}

export function createAuthClient(options: AuthClientOptions): AuthClient {
  const { google, origins = [] } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const name = `nest-google-auth:${baseUrl}`;
  const storage =
    options.refresh === "body"
      ? (options.storage ?? memoryStorage())
      : undefined;
  const { send, call } = transport({
    baseUrl,
    credentials: options.refresh === "cookie" ? "include" : "omit",
    fetch: options.fetch ?? ((...parameters) => fetch(...parameters)),
    proofs: options.dpop ? dpopProofs(name) : undefined,
  });
  const isShared =
    options.refresh === "cookie" || options.storage !== undefined;
  const own = session({ name, call, storage, isShared });
  const trusted = new Set([new URL(baseUrl).origin, ...origins]);

  const signIn: AuthClient["signIn"] = (credential) =>
    own.obtain("code" in credential ? "/auth/google/code" : "/auth/google", {
      ...credential,
    });

  async function authenticated(): Promise<Tokens> {
    const tokens = await own.fresh();
    if (!tokens) throw new AuthClientError("unauthenticated");
    return tokens;
  }

  const reauthenticate: AuthClient["reauthenticate"] = async (proof) => {
    const tokens = await authenticated();
    const path = "/auth/reauthenticate";
    return (await own.obtain<Tokens>(path, { ...proof }, tokens)).user;
  };

  async function restore(): Promise<User | null> {
    try {
      return (await own.fresh())?.user ?? null;
    } catch (error) {
      own.fail(error as AuthClientError);
      throw error;
    }
  }

  const refreshNow: AuthClient["refresh"] = async () =>
    (await own.refresh())?.tokens.user ?? null;

  const guardedFetch: AuthClient["fetch"] = async (input, init) => {
    const url = typeof input === "string" ? at(input) : input;
    const request = new Request(url, init);
    if (!trusted.has(new URL(request.url).origin)) {
      throw new AuthClientError("origin_not_allowed", {
        detail: `The access token is not for ${request.url}; see the option origins.`,
      });
    }
    const tokens = await own.fresh();
    const response = await send(request, tokens);
    if (response.status !== 401 || !tokens) return response;
    const { code } = await errorOf(response.clone());
    if (code === "reauthentication_required") return response;
    const used = own.current();
    // Another call may have renewed it in the meantime.
    const next = used?.tokens === tokens ? await own.refresh(used) : used;
    return next ? send(request, next.tokens) : response;
  };

  function at(path: string): string {
    return /^\/(?!\/)/.test(path) ? baseUrl + path : path;
  }

  async function signOut({ everywhere = false } = {}): Promise<void> {
    const tokens = await own.fresh();
    if (tokens) {
      const path = everywhere ? "/auth/logout-all" : "/auth/logout";
      const wasOver = await isOver(call(path, undefined, tokens));
      // The cookie still has to be cleared, without the revoked access token.
      if (!storage && (everywhere || wasOver)) {
        await isOver(call("/auth/logout"));
      }
    }
    await own.end("signed_out");
  }

  /** Whether the session had ended before this call. */
  const isOver = (calling: Promise<unknown>): Promise<boolean> =>
    calling.then(
      () => false,
      (error: AuthClientError) => {
        if (error.status === 401) return true;
        throw error;
      },
    );

  async function completeProfile(
    profile: Readonly<Record<string, unknown>>,
  ): Promise<User> {
    const tokens = await authenticated();
    await call("/users/me/complete", { profile }, tokens);
    const next = await own.refresh();
    if (!next) throw new AuthClientError("unauthenticated");
    return next.tokens.user;
  }

  const withGoogle = googleSignIn(google, call, signIn);

  const online = () => {
    const { state } = client;
    if (state.status === "loading" && state.error) restore().catch(() => {});
  };
  globalThis.addEventListener?.("online", online);

  const client: AuthClient = {
    get state() {
      return own.state();
    },
    subscribe(listener) {
      listener(own.state());
      return own.subscribe(listener);
    },
    restore,
    refresh: refreshNow,
    signIn,
    reauthenticate,
    completeProfile,
    signOut,
    fetch: guardedFetch,
    ...withGoogle,
    close() {
      globalThis.removeEventListener?.("online", online);
      own.close();
    },
  };
  return client;
}
