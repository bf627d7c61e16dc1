import { setTimeout as delay } from "node:timers/promises";
import { AuthError } from "../../common/auth-error";
import type { CallOrigin } from "../../common/call-origin";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import type { Admission, SignInPolicy } from "./sign-in-policy.port";

/** How long a decision of the application may take, in milliseconds. */
const maxMilliseconds = 5000;

/**
 * Asks the policy whether an identity may sign in.
 *
 * @throws AuthError with the policy's code, or `service_unavailable` if it does
 *   not respond in time; what the policy throws
 */
export async function admit(
  policy: SignInPolicy,
  identity: VerifiedIdentity,
  call: CallOrigin,
): Promise<Extract<Admission, { kind: "admitted" }>> {
  const admission = await inTime("sign_in_policy", () =>
    policy.admit(identity, call),
  );
  if (admission.kind === "refused") throw new AuthError(admission.code);
  return admission;
}

/**
 * Waits for the application's decision for a limited time, because a client is
 * waiting and a database connection may be held.
 *
 * @param name of the decision, for the log
 * @throws AuthError `service_unavailable` after five seconds; what `run` throws
 */
export async function inTime<T>(
  name: string,
  run: () => T | PromiseLike<T>,
): Promise<T> {
  const decision = run();
  if (!isPromiseLike(decision)) return decision;
  const done = new AbortController();
  const timeout = delay(maxMilliseconds, undefined, {
    signal: done.signal,
  }).then(() => {
    throw new AuthError("service_unavailable", {
      reason: `${name}_timeout`,
      retryAfterSeconds: 5,
    });
  });
  // The loser of the race may reject later, when nothing awaits it.
  const answer = Promise.resolve(decision);
  answer.catch(() => undefined);
  timeout.catch(() => undefined);
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    done.abort();
  }
}

/** Also matches errors from another realm or another copy of the library. */
function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof (value as { then?: unknown } | null | undefined)?.then === "function"
  );
}
