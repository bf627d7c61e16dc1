import type { IncomingHttpHeaders } from "node:http";

/** A request as the emulator's routes see it. */
export interface EmulatorRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A complete response, before a fault is applied. */
export interface EmulatorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One endpoint of the emulator. */
export interface EmulatorRoute {
  /** A GET route also handles HEAD. */
  readonly method: "GET" | "POST" | "DELETE";
  /** Matched exactly. */
  readonly path: string;
  readonly answer: (
    request: EmulatorRequest,
  ) => EmulatorAnswer | Promise<EmulatorAnswer>;
}

/** How long the keys may be cached. */
export interface KeyCaching {
  /** `max-age`, in seconds; Google's is about five to seven hours. */
  readonly maxAgeSeconds: number;
  /** `Age`, in seconds. */
  readonly ageSeconds: number;
}

/** A JSON response, formatted like Google's. */
export function jsonAnswer(
  value: unknown,
  extra: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): EmulatorAnswer {
  return {
    status: extra.status ?? 200,
    headers: {
      "Content-Type": "application/json; charset=UTF-8",
      ...extra.headers,
    },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

/** An error in the format of Google's APIs. */
export function googleErrorAnswer(
  status: number,
  message = "Emulated error.",
): EmulatorAnswer {
  return jsonAnswer({ error: { code: status, message } }, { status });
}

/** The caching headers of Google's keys: `Expires` counts down with `Age`. */
export function cachingHeaders(
  now: Date,
  { maxAgeSeconds, ageSeconds }: KeyCaching,
): Record<string, string> {
  const left = (maxAgeSeconds - ageSeconds) * 1000;
  return {
    "Cache-Control": `public, max-age=${maxAgeSeconds}, must-revalidate, no-transform`,
    Age: String(ageSeconds),
    Expires: new Date(now.getTime() + left).toUTCString(),
  };
}
