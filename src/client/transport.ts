import type { Tokens } from "./auth-state";
import { AuthClientError, errorOf } from "./auth-client-error";
import type { DpopProofs } from "./dpop-keys";

/** How long a response of the service may take, in milliseconds. */
const patience = 15_000;

export interface TransportOptions {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly credentials: RequestCredentials;
  readonly fetch: typeof fetch;
  readonly proofs?: DpopProofs;
}

export interface Transport {
  /**
   * Sends a request with an access token, and with a proof if there is a key.
   */
  readonly send: (request: Request, tokens?: Tokens) => Promise<Response>;
  /**
   * A call to the service itself.
   *
   * @throws AuthClientError for every response other than 2xx
   */
  readonly call: <Answer>(
    path: string,
    body?: object,
    tokens?: Tokens,
  ) => Promise<Answer>;
}

export function transport(options: TransportOptions): Transport {
  const { baseUrl, credentials, proofs } = options;
  /** The service's clock minus this device's, in milliseconds. */
  let offset = 0;
  let nonce: string | undefined;

  async function attempt(request: Request, tokens?: Tokens) {
    const headers = new Headers(request.headers);
    const { method, url } = request;
    const accessToken = tokens?.accessToken;
    if (tokens)
      headers.set("Authorization", `${tokens.tokenType} ${accessToken}`);
    if (proofs) {
      const now = (Date.now() + offset) / 1000;
      const order = { method, url, accessToken, nonce, now };
      headers.set("DPoP", await proofs.proof(order));
    }
    return options.fetch(new Request(request.clone(), { headers }));
  }

  /** Whether the response contains what the next proof needs. */
  function learn({ headers }: Response): boolean {
    const before = [offset, nonce] as const;
    const date = Date.parse(headers.get("date") ?? "");
    if (date) offset = date - Date.now();
    nonce = headers.get("dpop-nonce") ?? nonce;
    return Math.abs(offset - before[0]) > 5000 || nonce !== before[1];
  }

  async function send(request: Request, tokens?: Tokens): Promise<Response> {
    try {
      const response = await attempt(request, tokens);
      const isRefusal = response.status === 400 || response.status === 401;
      return learn(response) && isRefusal && proofs
        ? await attempt(request, tokens)
        : response;
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw new AuthClientError("network_error", { cause });
    }
  }

  async function call<Answer>(path: string, body?: object, tokens?: Tokens) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const response = await send(
        new Request(baseUrl + path, {
          method: "POST",
          credentials,
          signal: stop.signal,
          ...(body && {
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(body),
          }),
        }),
        tokens,
      );
      if (!response.ok) throw await errorOf(response);
      if (response.status === 204) return undefined as Answer;
      return (await response.json().catch((cause: unknown) => {
        throw new AuthClientError("unexpected_answer", { cause });
      })) as Answer;
    } catch (cause) {
      if (cause instanceof AuthClientError) throw cause;
      throw new AuthClientError("network_error", { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  return { send, call };
}
