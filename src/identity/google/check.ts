import { AuthError } from "../../common/auth-error";
import type { AuthErrorCode } from "../../common/auth-error-codes";

/**
 * One rule of an ordered list. Verifying stops at the first that does not
 * pass; explaining runs them all.
 */
export interface Check<Subject, Verdict = boolean> {
  /** A stable name, for programs. */
  readonly name: string;
  /** What it requires, for people. */
  readonly demands: string;
  /** The reason of its refusal; a function if there is more than one. */
  readonly reason: string | ((subject: Subject) => string);
  /** The error code of its refusal; `invalid_token` by default. */
  readonly code?: AuthErrorCode;
  /** Names of earlier checks that must have passed for it to run. */
  readonly needs?: readonly string[];
  /** Called only once the checks it needs have passed. */
  readonly passes: (subject: Subject) => Verdict;
}

/** The refusal of a check that has not passed. */
export function refusalOf<Subject>(
  { code = "invalid_token", reason }: Check<Subject, unknown>,
  subject: Subject,
): AuthError {
  return new AuthError(code, {
    reason: typeof reason === "string" ? reason : reason(subject),
  });
}

/**
 * Runs the checks in order.
 *
 * @returns the refusal of the first that does not pass; null when all do
 */
export function firstRefusal<Subject>(
  checks: readonly Check<Subject>[],
  subject: Subject,
): AuthError | null {
  for (const check of checks) {
    if (!check.passes(subject)) return refusalOf(check, subject);
  }
  return null;
}
