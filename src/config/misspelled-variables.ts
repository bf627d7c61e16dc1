/** Length of the shortest name that is compared; shorter ones are too often unrelated. */
const minNameLength = 6;

/** A variable that is set but unknown, and the one that was probably meant. */
export interface Misspelling {
  readonly written: string;
  readonly meant: string;
}

/**
 * Unknown variables that differ by one typing error from a variable of ours that
 * is not set. Otherwise nobody would notice that, for example, a list of allowed
 * domains is not in force.
 *
 * @param source as process.env
 * @param known the names of our variables
 */
export function misspelledVariables(
  source: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): Misspelling[] {
  const isSet = (name: string) => Boolean(source[name]?.trim());
  const absent = known.filter(
    (name) => name.length >= minNameLength && !isSet(name),
  );
  return Object.keys(source)
    .filter((name) => isSet(name) && !known.includes(name))
    .flatMap((written) => {
      const meant = absent.find((name) =>
        isOneSlip(plain(written), plain(name)),
      );
      return meant === undefined ? [] : [{ written, meant }];
    });
}

/** Ignores case and underscores. */
function plain(name: string): string {
  return name.toUpperCase().replaceAll("_", "");
}

/** Whether two texts differ by one inserted, missing or other character, or by two that are swapped. */
function isOneSlip(one: string, other: string): boolean {
  const [short, long] =
    one.length <= other.length ? [one, other] : [other, one];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = short.slice(at);
  if (short.length < long.length) return rest === long.slice(at + 1);
  const isSwapped =
    rest.length > 1 &&
    `${rest[1] ?? ""}${rest[0] ?? ""}${rest.slice(2)}` === long.slice(at);
  return rest.slice(1) === long.slice(at + 1) || isSwapped;
}
