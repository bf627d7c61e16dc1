/** The matchers that the contracts use; jest and vitest have all of them. */
export interface Expectation {
  readonly not: Expectation;
  toBe(expected: unknown): void;
  toBeGreaterThan(expected: number): void;
  toBeGreaterThanOrEqual(expected: number): void;
  toBeLessThan(expected: number): void;
  toBeLessThanOrEqual(expected: number): void;
  toBeNull(): void;
  toContain(expected: unknown): void;
  toEqual(expected: unknown): void;
  toHaveLength(expected: number): void;
  toMatchObject(expected: object): void;
}

/**
 * The globals that the contracts use: jest's, or vitest's with `globals: true`.
 */
interface TestGlobals {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>, milliseconds: number): void;
  beforeEach(run: () => Promise<void>, milliseconds: number): void;
  afterEach(run: () => Promise<void>, milliseconds: number): void;
  expect(actual: unknown): Expectation;
}

/** Timeout of one test on a busy machine, in milliseconds. */
const patience = 30_000;

// Looked up on use, because this package is also imported outside of tests.
const globals = () => globalThis as unknown as TestGlobals;

export function describe(name: string, define: () => void): void {
  globals().describe(name, define);
}

export function it(name: string, run: () => Promise<void>): void {
  globals().it(name, run, patience);
}

export function beforeEach(run: () => Promise<void>): void {
  globals().beforeEach(run, patience);
}

export function afterEach(run: () => Promise<void>): void {
  globals().afterEach(run, patience);
}

export function expect(actual: unknown): Expectation {
  return globals().expect(actual);
}
