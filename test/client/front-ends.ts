import {
  AuthClientError,
  type AuthClientOptions,
  createAuthClient,
} from "../../src/client";
import type { AuthState } from "../../src/client";
import type { TestService } from "../../src/testing";

/**
 * The service's PUBLIC_URL. Requests to it are sent to where the service
 * listens.
 */
export const publicUrl = "https://service.example";
export const appOrigin = "https://app.example";

/**
 * A network between front ends and a service that can be cut, and counts
 * requests.
 */
export class Network {
  isCut = false;
  /** The requests, such as `POST /auth/refresh`, in the order of sending. */
  readonly calls: string[] = [];

  constructor(
    private readonly service: TestService,
    /** Cookies and the origin of a page; an app has neither. */
    private readonly browser?: CookieJar,
  ) {}

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    this.calls.push(`${request.method} ${pathname}`);
    if (this.isCut) throw new TypeError("Failed to fetch");
    const headers = new Headers(request.headers);
    if (this.browser) {
      headers.set("origin", appOrigin);
      if (request.credentials === "include") {
        headers.set("cookie", this.browser.header);
      }
    }
    const body = await request.text();
    const response = await this.service.fetch(pathname + search, {
      method: request.method,
      headers,
      body: body === "" ? undefined : body,
      signal: request.signal,
    });
    this.browser?.take(response);
    return response;
  };

  /** How often a request was sent. */
  count(call: string): number {
    return this.calls.filter((one) => one === call).length;
  }
}

/** The part of a browser's cookie handling that the service uses. */
export class CookieJar {
  private readonly cookies = new Map<string, string>();

  get header(): string {
    return [...this.cookies].map((pair) => pair.join("=")).join("; ");
  }

  take({ headers }: Response): void {
    for (const cookie of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** A client that is closed with the test, and every state that it reported. */
export function frontEnd(
  network: Network,
  options: Partial<AuthClientOptions> = {},
) {
  const client = createAuthClient({
    baseUrl: publicUrl,
    refresh: "body",
    fetch: network.fetch,
    ...options,
  });
  const states: AuthState[] = [];
  client.subscribe((state) => states.push(state));
  return { client, states, [Symbol.dispose]: () => client.close() };
}

/** A storage that tabs share like localStorage. */
export function sharedStorage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

/** The error of a failed client call. */
export async function failure(
  promise: Promise<unknown>,
): Promise<AuthClientError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(AuthClientError);
  return error as AuthClientError;
}

/** Waits until the condition holds; fails after five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 5000) throw new Error("The condition never held");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface GoogleScriptOptions {
  readonly nonce: string;
  readonly callback: (answer: { credential: string }) => void;
}

/** A document with a fake of Google's script that shows nothing. */
export function fakeGoogleScript() {
  const urls: string[] = [];
  const shown: string[] = [];
  const seen = { urls, shown, options: {} as GoogleScriptOptions };
  const id = {
    initialize: (options: GoogleScriptOptions) => (seen.options = options),
    renderButton: (_element: unknown, { theme }: { theme: string }) =>
      shown.push(`button ${theme}`),
    prompt: () => shown.push("prompt"),
    cancel: () => {},
  };
  const world = globalThis as { document?: unknown; google?: unknown };
  world.document = {
    createElement: () => ({}),
    head: {
      append: ({ src, onload }: { src: string; onload: () => void }) => {
        urls.push(src);
        world.google = { accounts: { id } };
        setTimeout(onload, 1);
      },
    },
  };
  return Object.assign(seen, {
    remove() {
      delete world.document;
      delete world.google;
    },
  });
}
