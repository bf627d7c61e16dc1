import { setTimeout as delay } from "node:timers/promises";
import type { Observations } from "./observations";

/** Longer than the proxy's patience, in milliseconds. */
const timeoutMilliseconds = 25_000;
/** How long an honest client tries again, in milliseconds. */
const persistenceMilliseconds = 60_000;
const retryMilliseconds = 300;

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly accessToken?: string;
  readonly body?: object;
  /** The statuses that are right. */
  readonly expected: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends requests, and notes what becomes of them. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly seen: Observations,
  ) {}

  /** @returns null without an answer, and for 503 */
  async ask(request: Request): Promise<Reply | null> {
    const { method, path, accessToken, body, expected } = request;
    const startedAt = Date.now();
    const note = (
      fate: Parameters<Observations["add"]>[0]["fate"],
      detail = "",
    ) => this.seen.add({ fate, startedAt, endedAt: Date.now(), detail });
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          ...(accessToken && { authorization: `Bearer ${accessToken}` }),
          ...(body && { "content-type": "application/json" }),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMilliseconds),
      });
      const text = await response.text();
      const { status, headers } = response;
      if (status === 503 && headers.has("retry-after")) {
        note("unavailable");
        return null;
      }
      const parsed = parse(text);
      if (expected.includes(status)) note("good");
      else {
        const { code, reason } = parsed;
        note(
          "wrong",
          `${method} ${path} ${status} ${String(code)} ${String(reason)}`,
        );
      }
      return { status, body: parsed };
    } catch (error) {
      const { message, cause } = error as Error;
      note(
        "lost",
        `${method} ${path} ${String((cause as Error)?.message ?? message)}`,
      );
      return null;
    }
  }

  /** Asks again until there is an answer, as Retry-After says, only sooner. */
  async askUntilAnswered(request: Request): Promise<Reply | null> {
    const deadline = Date.now() + persistenceMilliseconds;
    for (;;) {
      const reply = await this.ask(request);
      if (reply || Date.now() > deadline) return reply;
      await delay(retryMilliseconds);
    }
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return { code: text.slice(0, 60) };
  }
}
