/** What the contracts use of an expectation; jest and vitest have all of it. */
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

/** The part of the globals of jest, or of vitest with `globals: true`, that the contracts use. */
interface TestGlobals {
  describe(name: string, define: () => void): void;
  it(name: string, run: () => Promise<void>, milliseconds: number): void;
  beforeEach(run: () => Promise<void>, milliseconds: number): void;
  afterEach(run: () => Promise<void>, milliseconds: number): void;
  expect(actual: unknown): Expectation;
}

/** Time for one test on a busy machine, in milliseconds. */
const patience = 30_000;

// Looked up when they are used: this package is imported outside of tests, too.
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
