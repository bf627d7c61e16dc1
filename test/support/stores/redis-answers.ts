import { AuthError } from "../../../src/index";

/** When a client should try again, in seconds. */
const retryAfterSeconds = 5;

/** An answer of Redis that says "not like this": a bug, and no outage. */
const replyErrors = ["ReplyError", "TypeError", "SyntaxError"];

/** Asks Redis; when it cannot be reached, that is `service_unavailable`. */
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
