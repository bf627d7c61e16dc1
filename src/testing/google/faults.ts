import {
  checkFields,
  EmulatorInputError,
  type FieldKind,
} from "./emulator-input";

/**
 * What is wrong with an endpoint. At most one of `hang`, `reset`, `html`,
 * `empty`, `truncated`, `body`, `oversized` and `redirectTo`; the others go with
 * any of them, but for `dripMs` with `oversized`.
 */
export interface EndpointFault {
  /** Milliseconds to wait before anything else. */
  readonly latencyMs?: number;
  /** Never answers; the connection stays open. */
  readonly hang?: boolean;
  /** Resets the connection without an answer. */
  readonly reset?: boolean;
  /**
   * 200 to 599. Of 400 and above, the body is an error in Google's shape, and a
   * POST has done nothing: an authorization code stays unused.
   */
  readonly status?: number;
  /** A web page instead of JSON, with the caching headers of the real answer. */
  readonly html?: boolean;
  /** `{}`, with the caching headers of the real answer. */
  readonly empty?: boolean;
  /** The first half of the real answer, complete as HTTP, cut as JSON. */
  readonly truncated?: boolean;
  /** This text instead of the real answer. */
  readonly body?: string;
  /** Milliseconds from each byte of the body to the next. */
  readonly dripMs?: number;
  /** Streams this many bytes, until the client goes away. */
  readonly oversized?: number;
  /** Redirects there: an absolute URL or a path; status 302 unless given. */
  readonly redirectTo?: string;
  /** The only caching header; `null` sends none: no Age, no Expires either. */
  readonly cacheControl?: string | null;
  /** Replaces the content type; `null` sends none. */
  readonly contentType?: string | null;
  /** How many requests it strikes before it ends. Default: all of them. */
  readonly times?: number;
}

const KINDS: Record<keyof EndpointFault, FieldKind> = {
  latencyMs: "number",
  hang: "boolean",
  reset: "boolean",
  status: "number",
  html: "boolean",
  empty: "boolean",
  truncated: "boolean",
  body: "string",
  dripMs: "number",
  oversized: "number",
  redirectTo: "string",
  cacheControl: "string or null",
  contentType: "string or null",
  times: "number",
};

const EXCLUSIVE = [
  "hang",
  "reset",
  "html",
  "empty",
  "truncated",
  "body",
  "oversized",
  "redirectTo",
] as const satisfies readonly (keyof EndpointFault)[];

const RANGES = {
  // A longer delay than a timer can hold would strike at once.
  latencyMs: [0, 2 ** 31 - 1],
  dripMs: [0, 2 ** 31 - 1],
  status: [200, 599],
  oversized: [1, Number.MAX_SAFE_INTEGER],
  times: [1, Number.MAX_SAFE_INTEGER],
} as const satisfies Partial<Record<keyof EndpointFault, [number, number]>>;

const ranged = Object.keys(RANGES) as (keyof typeof RANGES)[];

/**
 * Checks a fault: its fields, their ranges, and that they go together.
 *
 * @throws EmulatorInputError that names what is wrong
 */
export function checkFault(value: unknown): EndpointFault {
  const fault = checkFields<EndpointFault>("fault", value, KINDS);
  for (const field of ranged) {
    const number = fault[field] ?? RANGES[field][0];
    const [least, most] = RANGES[field];
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new EmulatorInputError(
        `"${field}" of the fault must be an integer from ${least} to ${most}.`,
      );
    }
  }
  const chosen = EXCLUSIVE.filter(
    (field) => fault[field] !== undefined && fault[field] !== false,
  );
  if (chosen.length > 1) {
    throw new EmulatorInputError(
      `A fault cannot be both ${chosen.join(" and ")}.`,
    );
  }
  if (fault.dripMs !== undefined && fault.oversized !== undefined) {
    throw new EmulatorInputError(
      "A fault cannot be both dripMs and oversized.",
    );
  }
  return fault;
}

/** The faults in force, one per path. */
export class FaultBoard {
  readonly #faults = new Map<string, EndpointFault>();
  readonly #left = new Map<string, number>();

  /** Replaces the fault of a path. */
  set(path: string, fault: EndpointFault): void {
    this.#faults.set(path, checkFault(fault));
    this.#left.set(path, fault.times ?? Infinity);
  }

  /** The faults in force, by path. */
  get all(): Readonly<Record<string, EndpointFault>> {
    return Object.fromEntries(this.#faults);
  }

  /** Ends the fault of one path, or all of them. */
  clear(path?: string): void {
    if (path === undefined) {
      this.#faults.clear();
    } else {
      this.#faults.delete(path);
    }
  }

  /** The fault that strikes this request, which counts as one of its times. */
  strike(path: string): EndpointFault | undefined {
    const fault = this.#faults.get(path);
    if (fault === undefined) {
      return undefined;
    }
    const left = (this.#left.get(path) ?? 0) - 1;
    this.#left.set(path, left);
    if (left <= 0) {
      this.#faults.delete(path);
    }
    return fault;
  }
}
