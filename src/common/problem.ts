import type { AuthError } from "./auth-error";
import type { ProblemDto } from "./problem.dto";

export const problemContentType = "application/problem+json; charset=utf-8";

/**
 * The body of an error answer.
 *
 * @param showReason name the failed check; never in production
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemOf(
  error: AuthError,
  requestId: string,
  showReason: boolean,
): ProblemDto {
  const { status, title, detail } = error;
  return {
    type: `urn:nest-google-auth:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail,
    requestId,
    ...(error.errors && { errors: error.errors }),
    ...(showReason && error.reason && { reason: error.reason }),
  };
}
