/**
 * A text of somebody else's, made fit for storage and display: without what Postgres cannot store (U+0000, lone surrogates), control
 * characters, and the marks that reverse the direction of a line.
 */
export function cleanText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "");
}
