import fc from "fast-check";

/** One edit of a text; positions count from the start and wrap around. */
type Edit = (bytes: Buffer) => Buffer;

const position = fc.nat(4096);

/** Snippets that break JSON or UTF-8, or that are expensive to parse. */
const snippets = [
  ...['"', ",", ":", "{", "}", "[", "]", "\\", " ", "\n", "\t", "\0", "\u007f"],
  ...["\ufeff", "\u2028", "é", "😀", "//", "/**/", "-", "0", ".0", "e0", "1"],
  ...["null", "\\u0000", "\\ud800", "\\u0022", '\\"', "{}", "[]", '""', "'"],
  ...['"a":1,', ',"a":1', '"sub":"2",', ',"alg":"RS256"', '"crit":[],'],
  ...['"__proto__":{},', '"events":{},', '"typ":"JWT",', '"\\u006bid":"",'],
].map((text) => Buffer.from(text));
const notUtf8 = [
  "ff",
  "c080",
  "eda080",
  "edb080",
  "e282",
  "f4908080",
  "80",
].map((hex) => Buffer.from(hex, "hex"));

/** Replaces a part of the bytes with an insertion. */
function splice(
  bytes: Buffer,
  at: number,
  removed: number,
  added: Uint8Array,
): Buffer {
  const from = at % (bytes.length + 1);
  return Buffer.concat([
    bytes.subarray(0, from),
    added,
    bytes.subarray(from + removed),
  ]);
}

const byteEdit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(position, fc.nat(7))
      .map(([at, bit]): Edit => (bytes) => {
        const copy = Buffer.from(bytes);
        const index = at % Math.max(copy.length, 1);
        copy[index] = (copy[index] ?? 0) ^ (1 << bit);
        return copy;
      }),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(position, fc.integer({ min: 0, max: 255 }), fc.nat(1))
      .map(
        ([at, byte, removed]): Edit =>
          (bytes) =>
            splice(bytes, at, removed, Uint8Array.of(byte)),
      ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(position, fc.constantFrom(...snippets, ...notUtf8), fc.nat(2))
      .map(
        ([at, snippet, removed]): Edit =>
          (bytes) =>
            splice(bytes, at, removed, snippet),
      ),
  },
  {
    // Right after the first brace, where another member fits.
    weight: 4,
    arbitrary: fc.constantFrom(...snippets).map(
      (snippet): Edit =>
        (bytes) =>
          splice(bytes, bytes.indexOf("{") + 1, 0, snippet),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(position, fc.integer({ min: 1, max: 12 })).map(
      ([at, length]): Edit =>
        (bytes) =>
          splice(bytes, at, length, Buffer.alloc(0)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(position, position, fc.integer({ min: 1, max: 60 }))
      .map(([from, to, length]): Edit => (bytes) => {
        const start = from % (bytes.length + 1);
        return splice(bytes, to, 0, bytes.subarray(start, start + length));
      }),
  },
  {
    weight: 1,
    arbitrary: position.map(
      (at): Edit =>
        (bytes) =>
          bytes.subarray(0, at % (bytes.length + 1)),
    ),
  },
);

/** A few edits of the bytes of a JSON text. */
export const byteEdits = fc.array(byteEdit, { minLength: 1, maxLength: 3 }).map(
  (edits): Edit =>
    (bytes) =>
      edits.reduce((edited, edit) => edit(edited), bytes),
);

const alphabet =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const intruders = [
  ...["=", "==", ".", "..", "+", "/", "-", "_", "A", " ", "\n", "\r\n", "\t"],
  ...["\0", "é", "Ａ", "\ud800", "😀", "\ufeff", '"', "Bearer ", "%3D", "~"],
];

/** One change of the encoding of a segment, or of a whole token. */
type Respelling = (text: string) => string;

const respelling: fc.Arbitrary<Respelling> = fc.oneof(
  fc
    .tuple(position, fc.constantFrom(...intruders), fc.nat(1))
    .map(([at, intruder, removed]): Respelling => (text) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + intruder + text.slice(index + removed);
    }),
  fc
    .tuple(position, fc.constantFrom(...alphabet))
    .map(([at, letter]): Respelling => (text) => {
      const index = at % Math.max(text.length, 1);
      return text.slice(0, index) + letter + text.slice(index + 1);
    }),
  position.map((at): Respelling => (text) => {
    const index = at % Math.max(text.length, 1);
    const letter = text.charAt(index);
    const other =
      letter === letter.toLowerCase()
        ? letter.toUpperCase()
        : letter.toLowerCase();
    return text.slice(0, index) + other + text.slice(index + 1);
  }),
  position.map(
    (at): Respelling =>
      (text) =>
        text.slice(0, at % (text.length + 1)),
  ),
  // Other bits in the last character, of which some are unused.
  fc.integer({ min: 1, max: 15 }).map((bits): Respelling => (text) => {
    const last = alphabet.indexOf(text.slice(-1));
    return last < 0
      ? text
      : text.slice(0, -1) + alphabet.charAt((last ^ bits) % 64);
  }),
  fc.constantFrom<Respelling[]>(
    (text) => text.padEnd(Math.ceil(text.length / 4) * 4, "="),
    (text) => text.replaceAll("-", "+").replaceAll("_", "/"),
    (text) => `${text}\n`,
    (text) => ` ${text}`,
    (text) => text + text,
    () => "",
  ),
);

/** A few changes of the encoding. */
export const respellings = fc
  .array(respelling, { minLength: 1, maxLength: 2 })
  .map(
    (edits): Respelling =>
      (text) =>
        edits.reduce((edited, edit) => edit(edited), text),
  );

type SegmentEdit = (segments: readonly string[]) => readonly string[];

/** A change of the encoding, order or number of the segments. */
export const segmentEdits: fc.Arbitrary<SegmentEdit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.nat(2), respellings).map(
      ([which, respell]): SegmentEdit =>
        (segments) =>
          segments.map((segment, i) =>
            i === which ? respell(segment) : segment,
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }).map(
      (order): SegmentEdit =>
        (segments) =>
          order.map((which) => segments[which] ?? ""),
    ),
  },
);
