/** What one check has found. */
export interface Finding {
  /** What was checked: `database`. */
  readonly check: string;
  /**
   * A warning is a risk that the service runs with; a failure keeps it from
   * starting, or from serving some requests.
   */
  readonly status: "ok" | "warning" | "failed";
  /** What was found, one sentence without its full stop. */
  readonly text: string;
  /** What to do; null if it is in order. */
  readonly remedy: string | null;
}

export function ok(check: string, text: string): Finding {
  return { check, status: "ok", text, remedy: null };
}

export function warning(check: string, text: string, remedy: string): Finding {
  return { check, status: "warning", text, remedy };
}

export function failed(check: string, text: string, remedy: string): Finding {
  return { check, status: "failed", text, remedy };
}

/** What an error says, on one line. */
export function reasonOf(error: unknown): string {
  const { message, code, cause, errors } = Object(error) as {
    readonly message?: string;
    readonly code?: string;
    readonly cause?: unknown;
    readonly errors?: readonly unknown[];
  };
  // An AggregateError of several addresses of one host has no message.
  const own =
    message || code || (errors?.[0] ? reasonOf(errors[0]) : String(error));
  const inner = cause === undefined ? "" : reasonOf(cause);
  const text = own.includes(inner) ? own : `${own}: ${inner}`;
  return text.replace(/\s+/g, " ").trim();
}
