/**
 * A part of a larger statement: what one owner of a table has to say in the
 * statement of another, so that both happen in one round trip or not at all.
 */
export interface SqlFragment {
  /**
   * The text, always the same function: it is asked once for each place.
   *
   * @param firstParameter the number its own values begin at: $n
   */
  readonly text: (firstParameter: number) => string;
  readonly values: readonly unknown[];
}
