/** A record of an export. */
export type ImportRecord = {
  /** Where it is in the file, for people: `line 7`. */
  readonly place: string;
} & (
  | { readonly value: unknown }
  /** Why it cannot be read. */
  | { readonly fault: string }
);
