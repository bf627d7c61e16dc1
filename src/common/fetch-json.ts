export interface FetchJsonOptions {
  /** Name of the response, for error messages: `The certificates answer`. */
  readonly name: string;
  /** How long the response may take, including the body, in milliseconds. */
  readonly timeoutMilliseconds?: number;
  /** Largest body that is accepted, in bytes. */
  readonly maxBytes?: number;
  /** Sent as a form; makes it a POST. */
  readonly form?: URLSearchParams;
  /** Sent as JSON; makes it a POST. */
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses to accept besides 2xx, such as 400. */
  readonly alsoStatuses?: readonly number[];
}

export interface FetchedJson {
  /** 200 to 299, or one of `alsoStatuses`. */
  readonly status: number;
  /** The parsed body; untrusted. */
  readonly value: unknown;
  /** Seconds it may be cached, at most a day; undefined when it does not state it. */
  readonly maxAgeSeconds: number | undefined;
}

/** A response with the wrong status or size, or without JSON. */
export class UnwantedAnswerError extends Error {
  override readonly name = "UnwantedAnswerError";

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/**
 * Fetches JSON from another server, within limits of time and size. Redirects
 * are not followed.
 *
 * @throws Error for network errors and time-outs; {@link UnwantedAnswerError}
 *   for status, size and JSON. Messages never contain any of the response
 */
export async function fetchJson(
  url: string,
  {
    name,
    timeoutMilliseconds = 4000,
    maxBytes = 64 * 1024,
    form,
    json,
    headers,
    alsoStatuses = [],
  }: FetchJsonOptions,
): Promise<FetchedJson> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(
      new DOMException(`${name} took too long: timeout`, "TimeoutError"),
    );
  }, timeoutMilliseconds);
  try {
    const response = await fetch(url, {
      method: form || json ? "POST" : "GET",
      headers: {
        accept: "application/json",
        ...(json && { "content-type": "application/json" }),
        ...headers,
      },
      body: json ? JSON.stringify(json) : form,
      redirect: "error",
      signal: timeout.signal,
    });
    if (!response.ok && !alsoStatuses.includes(response.status)) {
      await response.body?.cancel();
      throw new UnwantedAnswerError(
        `${name} has status ${response.status}`,
        response.status,
      );
    }
    const text = await readLimited(response, name, maxBytes, timeout.signal);
    return {
      status: response.status,
      value: parse(text, name, response.status),
      maxAgeSeconds: maxAgeOf(response.headers),
    };
  } finally {
    clearTimeout(timer);
  }
}

async function readLimited(
  response: Response,
  name: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined =
    response.body?.getReader();
  const giveUp = () => void reader?.cancel().catch(() => undefined);
  // While the body is read, fetch holds the signal only weakly: after a garbage
  // collection it would wait for a slow body forever.
  signal.addEventListener("abort", giveUp);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = await reader?.read();
    signal.throwIfAborted();
    if (!chunk || chunk.done) break;
    size += chunk.value.byteLength;
    if (size > maxBytes) {
      giveUp();
      throw new UnwantedAnswerError(
        `${name} exceeds ${maxBytes} bytes`,
        response.status,
      );
    }
    chunks.push(chunk.value);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, name: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnwantedAnswerError(`${name} is not JSON`, status);
  }
}

/** `max-age` less `Age` (RFC 9111 §4.2), capped at one day. */
function maxAgeOf(headers: Headers): number | undefined {
  const directive = /(?:^|[,\s])max-age=(\d{1,9})/i.exec(
    headers.get("cache-control") ?? "",
  );
  if (!directive) return undefined;
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(Math.max(Number(directive[1]) - age, 0), 24 * 3600);
}
