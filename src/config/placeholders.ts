/** Words that placeholders consist of. */
const stockWords = new RegExp(
  [
    "change replace insert enter paste generate placeholder example sample",
    "default dummy random secret password passphrase token string text value",
    "super very long strong secure your some thing this here please with",
    "only test develop production least minimum character bytes openssl base64",
    "own key for and the not use dev min hex jwt foo bar me my to it in of is at",
  ]
    .join(" ")
    .replaceAll(" ", "|"),
  "gi",
);

/** Sequences that people type, forwards and backwards. */
const rows = [
  ...["qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm"],
  ...["1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz"],
  ...["1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp"],
].flatMap((row) => [row, Array.from(row).reverse().join("")]);
/** Length of the shortest run that is not a coincidence. */
const minRunLength = 4;

/**
 * Whether a secret is a placeholder: mostly stock words or runs of the keyboard,
 * or a repeated short text. A random key passes even if it contains some stock
 * words by chance, since at least 16 other characters remain.
 */
export function isPlaceholder(secret: string): boolean {
  const own = withoutRuns(secret.replace(stockWords, "")).replace(
    /[\s._-]/g,
    "",
  );
  const repeats = Array.from({ length: 16 }, (_, i) => secret.slice(i + 1));
  return own.length < 16 || repeats.some((rest) => secret.startsWith(rest));
}

/** Removes runs along a row of the keyboard, the digits or the alphabet. */
function withoutRuns(text: string): string {
  const lower = text.toLowerCase();
  let rest = "";
  for (let at = 0; at < text.length;) {
    let length = minRunLength;
    while (isRun(lower.slice(at, at + length), length)) length++;
    if (length > minRunLength) {
      at += length - 1;
    } else {
      rest += text.charAt(at);
      at++;
    }
  }
  return rest;
}

function isRun(part: string, length: number): boolean {
  return part.length === length && rows.some((row) => row.includes(part));
}

/** Words between separators that occur only in instructions; a real client id has 32 random characters in a row. */
const instruction =
  /(?:^|[._-])(?:your?|my|replace|change|changeme|insert|enter|paste|placeholder|example|dummy|todo|xxx+)(?:[._-]|$)|^(?:google-?)?(?:oauth-?)?client-?id(?:\W|$)/i;

/**
 * Whether a client id was copied from instructions, such as `your-client-id…` or
 * `…replace-me…`.
 *
 * @param entry optionally with a label
 */
export function isPlaceholderClientId(entry: string): boolean {
  const id = entry.slice(entry.indexOf("=") + 1);
  return instruction.test(
    id.replace(/\.apps\.googleusercontent\.com$/i, "").replaceAll("_", "-"),
  );
}
