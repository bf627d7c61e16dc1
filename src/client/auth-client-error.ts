import type { components } from "./api-schema";
import {
  type ClientErrorCode,
  type ErrorAction,
  type ErrorCode,
  problemCodes,
} from "./problem-codes";

type Problem = components["schemas"]["ProblemDto"];

/** The one error that the client throws; `message` can be shown to the user. */
export class AuthClientError extends Error {
  override readonly name = "AuthClientError";
  readonly code: ErrorCode | ClientErrorCode;
  readonly action: ErrorAction;
  /** Seconds after which to try again, where the service says so. */
  declare readonly retryAfter?: number;
  /** Finds the line in the service's log. */
  declare readonly requestId?: string;
  /** HTTP status of the answer; undefined without one. */
  declare readonly status?: number;
  /** What was wrong, for the developer. */
  declare readonly detail?: string;
  /** The fields that were wrong, with `invalid_request`. */
  declare readonly errors?: Problem["errors"];

  constructor(
    code: ErrorCode | ClientErrorCode,
    problem: Partial<Problem> & { retryAfter?: number; cause?: unknown } = {},
  ) {
    const { detail, cause, retryAfter, requestId, status, errors } = problem;
    // An application's own codes come with words of its own.
    const [action, message] = problemCodes[code] ?? ["tell_user", detail];
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { detail, retryAfter, requestId, status, errors });
    this.code = code;
    this.action = action;
  }
}

/** The error that an answer stands for; its body must not have been read. */
export async function errorOf(response: Response): Promise<AuthClientError> {
  const { status, headers } = response;
  const retryAfter = Number(headers.get("retry-after")) || undefined;
  const problem = (await response.json().catch(() => undefined)) as unknown;
  const { code = fallback(status), ...rest } = (problem ??
    {}) as Partial<Problem>;
  return new AuthClientError(code, {
    ...rest,
    status,
    retryAfter,
  });
}

/** For what a proxy in between answers. */
function fallback(status: number): ErrorCode | "unexpected_answer" {
  if (status === 429) return "rate_limited";
  return status >= 500 ? "service_unavailable" : "unexpected_answer";
}
