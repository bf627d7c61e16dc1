import { type HostileCase, token } from "./hostile-case";
import { decode, edited, encode, withClaimsText } from "./token-forgery";
import type { Target } from "./target";

/** A valid token of the known user, which would sign in unchanged. */
const good = ({ google, known }: Target) => google.idToken({ account: known });

/** A token whose segments contain `+`, `/` and `=` in standard base64. */
function awkward({ google, known }: Target): Promise<string> {
  const account = { ...known, name: "???>>>~~~ÿÿÿ" };
  return withClaimsText(google, (json) => json, { account });
}

const blanks: [string, string][] = [
  ["a space", " "],
  ["a tab", "\t"],
  ["a newline", "\n"],
  ["a CRLF", "\r\n"],
  ["a NUL", "\u0000"],
  ["a zero-width space", "\u200b"],
  ["a byte order mark", "\ufeff"],
  ["a no-break space", "\u00a0"],
  ["an escaped space", "%20"],
  ["a padding sign", "="],
];

const places: [string, string, (token: string, extra: string) => string][] = [
  ["before the token", "malformed_header", (text, extra) => extra + text],
  [
    "in the header",
    "malformed_header",
    (text, extra) => text.slice(0, 9) + extra + text.slice(9),
  ],
  [
    "before the first dot",
    "malformed_header",
    (text, extra) => text.replace(".", `${extra}.`),
  ],
  [
    "after the first dot",
    "malformed_payload",
    (text, extra) => text.replace(".", `.${extra}`),
  ],
  [
    "before the last dot",
    "malformed_payload",
    (text, extra) => text.replace(/\.(?=[^.]*$)/, `${extra}.`),
  ],
  [
    "in the signature",
    "malformed_signature",
    (text, extra) => text.slice(0, -9) + extra + text.slice(-9),
  ],
  ["after the token", "malformed_signature", (text, extra) => text + extra],
];

/** Wrappings that some client or proxy adds. All are refused. */
const wrappings: [string, string, (token: string) => string][] = [
  ["a Bearer prefix", "malformed_header", (text) => `Bearer ${text}`],
  ["a JWT prefix", "malformed_header", (text) => `JWT ${text}`],
  ["double quotes", "malformed_header", (text) => `"${text}"`],
  ["single quotes", "malformed_header", (text) => `'${text}'`],
  ["angle brackets", "malformed_header", (text) => `<${text}>`],
  ["a data URL", "malformed_header", (text) => `data:,${text}`],
  ["a field name", "malformed_header", (text) => `id_token=${text}`],
  ["escaped dots", "malformed_token", (text) => text.replaceAll(".", "%2E")],
  [
    "ideographic full stops",
    "malformed_token",
    (text) => text.replaceAll(".", "。"),
  ],
  ["commas", "malformed_token", (text) => text.replaceAll(".", ",")],
  ["base64 of the token", "malformed_token", (text) => encode(text)],
  [
    "hexadecimal of the token",
    "malformed_token",
    (text) => Buffer.from(text).toString("hex"),
  ],
  [
    "UTF-16 of the token",
    "malformed_header",
    (text) => Array.from(text).join("\u0000"),
  ],
  ["the token twice", "malformed_token", (text) => `${text}.${text}`],
  ["upper case", "malformed_header", (text) => text.toUpperCase()],
];

/** The other characters that would decode to the same bytes. */
function withLeftOverBits(segment: string): string {
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(segment.at(-1) ?? "");
  return segment.slice(0, -1) + (alphabet[last + 1] ?? "");
}

/**
 * A token whose claims are long enough that the last character has spare bits.
 */
function withSpareBits(target: Target): Promise<string> {
  return withClaimsText(
    target.google,
    (json) => json + " ".repeat((4 - (Buffer.byteLength(json) % 3)) % 3),
    { account: target.known },
  );
}

export const spellingCases: HostileCase[] = [
  ...blanks.flatMap(([what, extra]) =>
    places.map(([where, reason, put]) =>
      token("G-105", `${what} ${where}`, reason, async (target) =>
        put(await good(target), extra),
      ),
    ),
  ),
  ...wrappings.map(([name, reason, wrap]) =>
    token("G-105", name, reason, async (target) => wrap(await good(target))),
  ),
  token(
    "G-098",
    "the signature in the standard alphabet",
    "malformed_signature",
    async (target) =>
      edited(await good(target), (header, payload, signature) => [
        header,
        payload,
        standard(signature),
      ]),
  ),
  token(
    "G-098",
    "the claims in the standard alphabet",
    "malformed_payload",
    async (target) =>
      edited(await awkward(target), (header, payload, signature) => [
        header,
        standard(payload),
        signature,
      ]),
  ),
  token(
    "G-098",
    "spare bits in the signature",
    "malformed_signature",
    async (target) =>
      edited(await good(target), (header, payload, signature) => [
        header,
        payload,
        withLeftOverBits(signature),
      ]),
  ),
  token(
    "G-098",
    "spare bits in the claims",
    "malformed_payload",
    async (target) =>
      edited(await withSpareBits(target), (header, payload, signature) => [
        header,
        withLeftOverBits(payload),
        signature,
      ]),
  ),
  token(
    "G-098",
    "a single character at the end of the signature",
    "malformed_signature",
    async (target) =>
      edited(await good(target), (header, payload, signature) => [
        header,
        payload,
        signature.slice(0, -1),
      ]),
  ),
  token(
    "G-098",
    "the claims as text instead of base64url",
    "malformed_payload",
    async (target) =>
      edited(await good(target), (header, payload, signature) => [
        header,
        decode(payload).replaceAll(".", "_"),
        signature,
      ]),
  ),
];

/** The same bytes in base64's standard alphabet, without padding. */
function standard(segment: string): string {
  const text = segment.replaceAll("-", "+").replaceAll("_", "/");
  if (text === segment) throw new Error("The segment has no such characters.");
  return text;
}
