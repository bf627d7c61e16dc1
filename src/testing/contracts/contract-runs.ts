import { setTimeout as delay } from "node:timers/promises";
import type { Transaction } from "../../database/database";
import { expect } from "./test-globals";

/**
 * Runs a function in a transaction; in the service it is
 * `Database.transaction`.
 */
export type RunTransaction = <T>(
  run: (transaction: Transaction) => Promise<T>,
) => Promise<T>;

/** Makes a store unreachable, and reachable again. */
export interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** The number of concurrent calls. */
export const racers = 50;

/** Makes many concurrent calls, each with its index. */
export function race<T>(
  run: (index: number) => Promise<T>,
  count = racers,
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

/**
 * Transactions for contract tests of a store that has none. Changes can be
 * undone in `afterRollback`.
 */
export const looseTransaction: RunTransaction = async (run) => {
  const onCommit: (() => void)[] = [];
  const onRollback: (() => void)[] = [];
  try {
    const result = await run({
      query: () => Promise.reject(new Error("There is no database")),
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

/** Runs a function in a transaction that is rolled back; returns its result. */
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
  if (results.length === 0) throw new Error("The transaction was not run");
  return result as T;
}

/** Expects an error because the store is unavailable. */
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

/**
 * Polls until a condition is met or the time is over; returns whether it was
 * met.
 */
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
