const factor = Number(process.env.PROPERTY_RUNS ?? 1);
const seed = process.env.PROPERTY_SEED;

/**
 * How often a property is tried: `PROPERTY_RUNS` multiplies it (20 looks closer,
 * 0.1 is a glance), and `PROPERTY_SEED` repeats the run of a failure, whose
 * message names its seed.
 *
 * @param usual how often when nothing is set
 */
export function runs(usual: number): { numRuns: number; seed?: number } {
  return {
    numRuns: Math.max(1, Math.round(usual * factor)),
    ...(seed !== undefined && { seed: Number(seed) }),
  };
}

/** The time that a test of properties may take, in milliseconds. */
export const propertyTimeoutMilliseconds = 300_000 * Math.max(1, factor);
