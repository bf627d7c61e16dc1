import { setTimeout as delay } from "node:timers/promises";
import type { Transaction } from "../../database/database";
import { expect } from "./test-globals";

/** Runs something in a transaction as the service's own; `Database.transaction` for ours. */
export type RunTransaction = <T>(
  run: (transaction: Transaction) => Promise<T>,
) => Promise<T>;

/** Makes a store unreachable for its test, and reachable again. */
export interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** How many calls race. */
export const racers = 50;

/** Many calls at once, each with its number. */
export function race<T>(
  run: (index: number) => Promise<T>,
  count = racers,
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

/**
 * Transactions for a store that has none of its own, and no database beside it:
 * for the tests of a contract. Whatever is done in one can be taken back by
 * `afterRollback`.
 */
export const looseTransaction: RunTransaction = async (run) => {
  const onCommit: (() => void)[] = [];
  const onRollback: (() => void)[] = [];
  try {
    const result = await run({
      query: () => Promise.reject(new Error("There is no database here")),
      afterCommit: (callback) => void onCommit.push(callback),
      afterRollback: (callback) => void onRollback.push(callback),
    });
    for (const callback of onCommit) callback();
    return result;
  } catch (error) {
    for (const callback of onRollback) callback();
    throw error;
  }
};

class RolledBack extends Error {}

/** Runs something in a transaction that comes to nothing; what it answered. */
export async function rolledBack<T>(
  transaction: RunTransaction,
  run: Parameters<typeof transaction<T>>[0],
): Promise<T> {
  let results: T[] = [];
  try {
    await transaction(async (own) => {
      results = [await run(own)];
      throw new RolledBack();
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  const [result] = results;
  if (results.length === 0) throw new Error("The transaction has not run");
  return result as T;
}

/** Expects a refusal because the store is unavailable. */
export async function expectUnavailable(promise: Promise<unknown>) {
  const outcome = await promise.then(
    (answer) => ({ answer }),
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({
    name: "AuthError",
    code: "service_unavailable",
  });
}

/** Polls until a condition holds or the deadline is over; whether it held. */
export async function within(
  milliseconds: number,
  look: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  do {
    if (await look()) return true;
    await delay(5);
  } while (performance.now() < deadline);
  return look();
}
