import {
  checkFields,
  EmulatorInputError,
  type FieldKind,
} from "./emulator-input";

/**
 * A fault of an endpoint. At most one of `hang`, `reset`, `html`, `empty`,
 * `truncated`, `body`, `oversized` and `redirectTo`; the others can be combined
 * with any of them, except `dripMs` with `oversized`.
 */
export interface EndpointFault {
  /** Milliseconds to wait first. */
  readonly latencyMs?: number;
  /** Never responds; the connection stays open. */
  readonly hang?: boolean;
  /** Resets the connection without a response. */
  readonly reset?: boolean;
  /**
   * 200 to 599. From 400, the body is an error in Google's format, and a POST
   * has no effect: an authorization code remains unused.
   */
  readonly status?: number;
  /**
   * A web page instead of JSON, with the caching headers of the real response.
   */
  readonly html?: boolean;
  /** `{}`, with the caching headers of the real response. */
  readonly empty?: boolean;
  /** The first half of the real response: complete HTTP, truncated JSON. */
  readonly truncated?: boolean;
  /** This text instead of the real response. */
  readonly body?: string;
  /** Milliseconds between the bytes of the body. */
  readonly dripMs?: number;
  /** Streams this many bytes, unless the client disconnects. */
  readonly oversized?: number;
  /** Redirects to this absolute URL or path; status 302 by default. */
  readonly redirectTo?: string;
  /** The only caching header; `null` sends none, including Age and Expires. */
  readonly cacheControl?: string | null;
  /** Replaces the content type; `null` sends none. */
  readonly contentType?: string | null;
  /** How many requests it applies to. Default: all. */
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
  // A delay beyond the maximum of a timer would elapse immediately.
  latencyMs: [0, 2 ** 31 - 1],
  dripMs: [0, 2 ** 31 - 1],
  status: [200, 599],
  oversized: [1, Number.MAX_SAFE_INTEGER],
  times: [1, Number.MAX_SAFE_INTEGER],
} as const satisfies Partial<Record<keyof EndpointFault, [number, number]>>;

const ranged = Object.keys(RANGES) as (keyof typeof RANGES)[];

/**
 * Checks the fields of a fault, their ranges and combination.
 *
 * @throws EmulatorInputError naming the invalid field
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

/** The active faults, one per path. */
export class FaultBoard {
  readonly #faults = new Map<string, EndpointFault>();
  readonly #left = new Map<string, number>();

  /** Replaces the fault of a path. */
  set(path: string, fault: EndpointFault): void {
    this.#faults.set(path, checkFault(fault));
    this.#left.set(path, fault.times ?? Infinity);
  }

  /** The active faults, by path. */
  get all(): Readonly<Record<string, EndpointFault>> {
    return Object.fromEntries(this.#faults);
  }

  /** Removes the fault of one path, or of all. */
  clear(path?: string): void {
    if (path === undefined) {
      this.#faults.clear();
    } else {
      this.#faults.delete(path);
    }
  }

  /** The fault of this request, which counts towards its `times`. */
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
