import { setTimeout as pause } from "node:timers/promises";

/** Short enough not to be felt, long enough not to burn the CPU. */
const intervalMilliseconds = 10;

/**
 * Asks again and again until the answer is something.
 *
 * @param ask `undefined` and `false` mean not yet
 * @param timeoutMilliseconds how long to keep asking
 * @returns the answer, or `undefined` when the time was up
 */
export async function waitUntil<T>(
  ask: () => T | Promise<T>,
  timeoutMilliseconds: number,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMilliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline) return undefined;
    await pause(intervalMilliseconds);
  }
}
