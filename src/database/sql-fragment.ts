/**
 * A part of a larger statement: what one owner of a table has to say in the
 * statement of another, so that both happen in one round trip or not at all.
 */
export interface SqlFragment {
  /**
   * The text, always the same function: it is called once for each position.
   *
   * @param firstParameter the number its own values begin at: $n
   */
  readonly text: (firstParameter: number) => string;
  readonly values: readonly unknown[];
}

/**
 * What time it is to a statement: the database's clock, unless the parameter
 * has one.
 *
 * @param parameter bound to `Clock.statementTime()`: `$5`
 */
export function timeOf(parameter: string): string {
  return `COALESCE(${parameter}::timestamptz, statement_timestamp())`;
}
