/**
 * A part of a larger statement: it lets the owner of one table contribute to a
 * statement on another, so that both are one atomic round trip.
 */
export interface SqlFragment {
  /**
   * The SQL text. Always the same function, so that the result can be cached.
   *
   * @param firstParameter the number of its first parameter: $n
   */
  readonly text: (firstParameter: number) => string;
  readonly values: readonly unknown[];
}

/**
 * The time that a statement uses: the parameter, or the database's clock if that
 * is null.
 *
 * @param parameter bound to `Clock.statementTime()`: `$5`
 */
export function timeOf(parameter: string): string {
  return `COALESCE(${parameter}::timestamptz, statement_timestamp())`;
}
