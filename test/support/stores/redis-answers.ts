import { AuthError } from "../../../src/index";

/** The Retry-After of an outage, in seconds. */
const retryAfterSeconds = 5;

/** Errors of a malformed command: a bug, not an outage. */
const replyErrors = ["ReplyError", "TypeError", "SyntaxError"];

/**
 * Runs a Redis command. @throws `service_unavailable` if Redis is unreachable
 */
export async function askRedis<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isBug = error instanceof Error && replyErrors.includes(error.name);
    if (isBug || error instanceof AuthError) throw error;
    throw new AuthError("service_unavailable", {
      reason: "redis_unavailable",
      retryAfterSeconds,
      cause: error,
    });
  }
}
