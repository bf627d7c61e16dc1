/**
 * The extent of the tests. `npm test` tries each kind of case; `npm run
 * test:exhaustive`, which sets EXHAUSTIVE, runs the files that import this one
 * at full length.
 */
const isExhaustive = process.env.EXHAUSTIVE === "1";

/** The number of repetitions of a race, or of requests in a flood. */
export function rounds(quick: number, exhaustive: number): number {
  return isExhaustive ? exhaustive : quick;
}

/** All cases of a table; in `npm test` only the first case of each id. */
export function ofEachKind<T extends { readonly id: string }>(
  cases: readonly T[],
): readonly T[] {
  const firsts = new Map([...cases].reverse().map((each) => [each.id, each]));
  return isExhaustive
    ? cases
    : cases.filter((each) => firsts.get(each.id) === each);
}

/**
 * The cells of one row of a matrix: in `npm test` only enough to try every row
 * and every column.
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
 * The runs of a property: `PROPERTY_RUNS` multiplies them (20 is thorough, 0.1
 * is quick), and `PROPERTY_SEED` repeats a failed run, whose message has the
 * seed.
 *
 * @param usual the number of runs in the exhaustive tests
 */
export function runs(usual: number): { numRuns: number; seed?: number } {
  return {
    numRuns: Math.max(1, Math.round(usual * factor)),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

/** The time that a test of properties may take, in milliseconds. */
export const propertyTimeoutMilliseconds = 300_000 * Math.max(1, factor);
