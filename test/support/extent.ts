/**
 * How much the tests try. `npm test` tries each kind of thing; what uses this
 * file is run at full length by `npm run test:exhaustive`, which sets EXHAUSTIVE.
 */
const isExhaustive = process.env.EXHAUSTIVE === "1";

/** How often a race is repeated, or how many take part in a flood. */
export function rounds(quick: number, exhaustive: number): number {
  return isExhaustive ? exhaustive : quick;
}

/** All cases of a table; in `npm test` the first of each kind. */
export function extent<T>(
  cases: readonly T[],
  kind: (each: T) => unknown,
): readonly T[] {
  if (isExhaustive) return cases;
  const kinds = new Map<unknown, T>();
  for (const each of cases) {
    if (!kinds.has(kind(each))) kinds.set(kind(each), each);
  }
  return [...kinds.values()];
}

const factor = Number(process.env.PROPERTY_RUNS ?? rounds(0.04, 1));
const seed = process.env.PROPERTY_SEED;

/**
 * How often a property is tried: `PROPERTY_RUNS` multiplies it (20 looks closer,
 * 0.1 is a glance), and `PROPERTY_SEED` repeats the run of a failure, whose
 * message names its seed.
 *
 * @param usual how often when the tests are exhaustive
 */
export function runs(usual: number): { numRuns: number; seed?: number } {
  return {
    numRuns: Math.max(1, Math.round(usual * factor)),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

/** The time that a test of properties may take, in milliseconds. */
export const propertyTimeoutMilliseconds = 300_000 * Math.max(1, factor);
