import { AuthClientError, errorOf } from "./auth-client-error";
import { held, monotonic, type Tokens, type User } from "./auth-state";

/** `nest-google-auth/client/server`: for servers that render pages, such as Next's. */
export interface ServerAuthOptions {
  /** The URL of the service. */
  readonly baseUrl: string;
  /** The origin of the pages, one of the service's `CORS_ORIGINS` or its own. */
  readonly origin: string;
  readonly fetch?: typeof fetch;
}

/** Who a request comes from. */
export interface ServerSession {
  readonly user: User;
  readonly profileComplete: boolean;
  /** `Bearer …`, for calls to the API. */
  readonly authorization: string;
  /**
   * Must be sent along with the page: without it the browser keeps a used
   * token.
   */
  readonly setCookie: readonly string[];
}

/** No one is signed in; the cookie may have to be cleared. */
export interface NoSession {
  readonly user: null;
  readonly setCookie: readonly string[];
}

/** The relevant part of a request: `{ headers: await headers() }` in Next. */
export interface PageRequest {
  readonly headers: { get(name: string): string | null };
}

/** Shorter than the service's REFRESH_GRACE_SECONDS, in milliseconds. */
const grace = 8_000;
/** Maximum number of sessions that are cached. */
const maxKept = 10_000;

interface Kept {
  readonly session: Promise<ServerSession | NoSession>;
  /** By the monotonic clock, in milliseconds. */
  until: number;
}

/**
 * Authenticates page requests by their cookie and refreshes when necessary.
 * Concurrent requests of a browser share one refresh, and there is no other
 * until the access token expires.
 */
export function createServerAuth(options: ServerAuthOptions) {
  const { origin, fetch: send = fetch } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const kept = new Map<string, Kept>();

  async function refresh(
    cookie: string,
    { headers }: PageRequest,
  ): Promise<ServerSession | NoSession> {
    const since = monotonic();
    const passedOn = new Headers({ cookie, origin });
    for (const name of ["user-agent", "x-forwarded-for"]) {
      const value = headers.get(name);
      if (value) passedOn.set(name, value);
    }
    const response = await send(`${baseUrl}/auth/refresh`, {
      method: "POST",
      headers: passedOn,
      signal: AbortSignal.timeout(15_000),
    }).catch((cause: unknown) => {
      throw new AuthClientError("network_error", { cause });
    });
    const setCookie = response.headers.getSetCookie();
    if (response.status === 401) return { user: null, setCookie };
    if (!response.ok) throw await errorOf(response);
    const tokens = (await response.json()) as Tokens;
    const { user, profileComplete, tokenType, accessToken } = tokens;
    const authorization = `${tokenType} ${accessToken}`;
    const session = { user, profileComplete, authorization };
    const successor = refreshCookie(setCookie[0] ?? "");
    if (successor) {
      kept.set(successor, {
        session: Promise.resolve({ ...session, setCookie: [] }),
        until: held(tokens, since).expiresAt,
      });
    }
    return { ...session, setCookie };
  }

  /**
   * Who a request comes from.
   *
   * @throws AuthClientError if the service cannot be reached
   */
  function read(request: PageRequest): Promise<ServerSession | NoSession> {
    const cookie = refreshCookie(request.headers.get("cookie") ?? "");
    if (!cookie) return Promise.resolve({ user: null, setCookie: [] });
    const now = monotonic();
    const known = kept.get(cookie);
    if (known && known.until > now) return known.session;
    const session = refresh(cookie, request);
    // As long as the service would return the same successor.
    const entry = { session, until: Infinity };
    kept.set(cookie, entry);
    session.then(
      () => (entry.until = monotonic() + grace),
      () => kept.delete(cookie),
    );
    if (kept.size > maxKept) tidy(now);
    return session;
  }

  function tidy(now: number): void {
    for (const [cookie, { until }] of kept) {
      if (until <= now || kept.size > maxKept) kept.delete(cookie);
    }
  }

  /**
   * Like the global `fetch`, for the user of a request; a path is relative to
   * the service.
   */
  async function fetchFor(
    request: PageRequest,
    path: string,
    init: RequestInit = {},
  ): Promise<Response> {
    const session = await read(request);
    const headers = new Headers(init.headers);
    if (session.user) headers.set("authorization", session.authorization);
    const response = await send(baseUrl + path, { ...init, headers });
    // The session was ended elsewhere: remove it from the cache.
    if (response.status === 401) {
      const cookie = refreshCookie(request.headers.get("cookie") ?? "");
      if (cookie) kept.delete(cookie);
    }
    return response;
  }

  return { read, fetch: fetchFor };
}

/** `__Host-refresh=…`, the only part of a Cookie or Set-Cookie header that matters. */
function refreshCookie(header: string): string | undefined {
  return /(?:^|;\s*)((?:__Host-)?refresh=[^;\s]+)/.exec(header)?.[1];
}
