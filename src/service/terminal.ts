const codes = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;

/**
 * Whether to colour what is written: on a terminal, unless NO_COLOR is set.
 *
 * @see https://no-color.org
 */
function isColoured(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR;
}

/** A text in a colour or weight, or unchanged if colours are off. */
export function painted(
  style: keyof typeof codes,
  text: string,
  stream: { readonly isTTY?: boolean } = process.stdout,
): string {
  return isColoured(stream) ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

/** A duration for a column of eight characters: 12 ms, 1.5 s. */
export function shortTime(milliseconds: number): string {
  const text =
    milliseconds < 1000
      ? `${Math.round(milliseconds)} ms`
      : `${(milliseconds / 1000).toFixed(1)} s`;
  return text.padStart(8);
}
