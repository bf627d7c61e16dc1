import type { components } from "./api-schema";
import {
  type ClientErrorCode,
  type ErrorAction,
  type ErrorCode,
  problemCodes,
} from "./problem-codes";

type Problem = components["schemas"]["ProblemDto"];

/**
 * The only error that the client throws; `message` can be shown to the user.
 */
export class AuthClientError extends Error {
  override readonly name = "AuthClientError";
  readonly code: ErrorCode | ClientErrorCode;
  readonly action: ErrorAction;
  /** Seconds after which to try again, if the service says so. */
  declare readonly retryAfter?: number;
  /** Identifies the line in the service's log. */
  declare readonly requestId?: string;
  /** HTTP status of the response; undefined without one. */
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
    // The application's own codes come with their own messages.
    const [action, message] = problemCodes[code] ?? ["tell_user", detail];
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { detail, retryAfter, requestId, status, errors });
    this.code = code;
    this.action = action;
  }
}

/**
 * The error for a response of the service, such as one of `client.fetch`, whose
 * status is not 2xx and whose body has not been read yet.
 */
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

/** For responses of a proxy in between. */
function fallback(status: number): ErrorCode | "unexpected_answer" {
  if (status === 429) return "rate_limited";
  return status >= 500 ? "service_unavailable" : "unexpected_answer";
}
