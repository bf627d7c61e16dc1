/**
 * Makes untrusted text fit for storage and display: removes what Postgres cannot
 * store (U+0000, lone surrogates), control characters and marks that change the
 * text direction.
 */
export function cleanText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "");
}
