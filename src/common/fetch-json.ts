export interface FetchJsonOptions {
  /** What is asked for, for the messages: `The certificates answer`. */
  readonly name: string;
  /** How long the answer may take, body included, in milliseconds. */
  readonly timeoutMilliseconds?: number;
  /** Largest body that is read, in bytes. */
  readonly maxBytes?: number;
  /** Beside `accept`; makes it a POST. */
  readonly form?: URLSearchParams;
  /** Sent as JSON; makes it a POST. */
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses beside those of success whose answer is wanted as well: 400. */
  readonly alsoStatuses?: readonly number[];
}

export interface FetchedJson {
  /** That of the answer: 200 to 299, or one that was wanted as well. */
  readonly status: number;
  /** What it says; nothing in it is checked. */
  readonly value: unknown;
  /** Seconds it may be kept, less its age on arrival, at most a day; absent when it does not say. */
  readonly maxAgeSeconds: number | undefined;
}

/** An answer that is not what was wanted: its status, its size, or no JSON. */
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
 * Asks another server for JSON, and takes nothing but a prompt answer of
 * limited size from exactly this address.
 *
 * @param url of which redirects are not followed
 * @throws Error on any failure: network, time-out; {@link UnwantedAnswerError}
 *   for status, size, JSON. Its message never has anything of the answer in it
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
  // Once the body has begun, fetch knows the signal by a weak reference only:
  // after a garbage collection it would wait for a slow body for ever.
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
