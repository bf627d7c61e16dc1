export interface FetchJsonOptions {
  /** What is asked for, for the messages: `The certificates answer`. */
  readonly name: string;
  /** How long the answer may take, body included, in milliseconds. */
  readonly timeoutMilliseconds?: number;
  /** Largest body that is read, in bytes. */
  readonly maxBytes?: number;
  /** Beside `accept`; makes it a POST. */
  readonly form?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FetchedJson {
  /** What it says; nothing in it is checked. */
  readonly value: unknown;
  /** Seconds it may be kept, less its age on arrival, at most a day; absent when it does not say. */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Asks another server for JSON, and takes nothing but a prompt answer of
 * limited size from exactly this address.
 *
 * @param url of which redirects are not followed
 * @throws Error on any failure: network, time-out, status, size, JSON; its
 *   message never has anything of the answer in it
 */
export async function fetchJson(
  url: string,
  {
    name,
    timeoutMilliseconds = 4000,
    maxBytes = 64 * 1024,
    form,
    headers,
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
      method: form ? "POST" : "GET",
      headers: { accept: "application/json", ...headers },
      body: form,
      redirect: "error",
      signal: timeout.signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${name} has status ${response.status}`);
    }
    const text = await readLimited(response, name, maxBytes, timeout.signal);
    return {
      value: parse(text, name),
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
      throw new Error(`${name} exceeds ${maxBytes} bytes`);
    }
    chunks.push(chunk.value);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is not JSON`);
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
