/**
 * How much the tests try. `npm test` tries each kind of thing; what uses this
 * file is run at full length by `npm run test:exhaustive`, which sets EXHAUSTIVE.
 */
const isExhaustive = process.env.EXHAUSTIVE === "1";

/** How often a race is repeated, or how many take part in a flood. */
export function rounds(quick: number, exhaustive: number): number {
  return isExhaustive ? exhaustive : quick;
}

/** All cases of a table; in `npm test` the first of each kind, which its id names. */
export function ofEachKind<T extends { readonly id: string }>(
  cases: readonly T[],
): readonly T[] {
  const firsts = new Map([...cases].reverse().map((each) => [each.id, each]));
  return isExhaustive
    ? cases
    : cases.filter((each) => firsts.get(each.id) === each);
}

/**
 * The cells of one row of a matrix: in `npm test` so many that every row has
 * one, and every column is tried in one of the rows.
 */
export function cellsOfRow<T>(
  columns: readonly T[],
  row: number,
  rows: number,
): readonly T[] {
  return isExhaustive
    ? columns
    : columns.filter(
        (_, index) => index % rows === row || row % columns.length === index,
      );
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
