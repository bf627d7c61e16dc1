import fc from "fast-check";
import { JsonWriter } from "./json-writer";
import { clockSkewSeconds, nowSeconds } from "./two-verifiers";

const oddities = [
  ...["\u0000", "\t", "\n", "\u007f", "\u0085", "\u00a0", "\ufeff", "\u200b"],
  ...["\ud800", "\udc00", "\u2028", "\u202e", "\u2066", "\u2069", "\u206a"],
  ...['"', "\\", "/", "{", "}", ":", ",", "@", ".", " ", "é", "ß", "K", "😀"],
];

/** Unusual characters: any UTF-16 code unit, including lone surrogates. */
const unit = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(...oddities),
);

/** Any string, sometimes a long one. */
export const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit, maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit, minLength: 1, maxLength: 9 }), fc.nat(600))
      .map(([text, length]) => text.padEnd(length, text)),
  },
);

const memberName = fc.oneof(
  anyText,
  fc.constantFrom("__proto__", "constructor", "toString", "a", "sub", "aud"),
);

/** Any JSON value with strings of every kind. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(null, true, false, 0, -0, 1, -1, "", "true", 1e21, 0.5),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      anyText,
      fc.array(tie("value"), { maxLength: 4 }),
      fc
        .array(fc.tuple(memberName, tie("value")), { maxLength: 4 })
        .map((entries): unknown => Object.fromEntries(entries)),
    ),
  }),
).value;

/** Choices for the notation of a JSON text; see {@link JsonWriter}. */
export const whims = fc.oneof(
  fc.constant([0]),
  fc.array(fc.nat(255), { minLength: 1, maxLength: 64 }),
);

/** The JSON text of a value, in any notation. */
export function spelled(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(value, whims)
    .map(([content, choices]) => new JsonWriter(choices).write(content));
}

function textOf(characters: string, maxLength: number): fc.Arbitrary<string> {
  const one = fc.constantFrom(...characters);
  return fc.oneof(
    fc.string({ unit: one, minLength: 1, maxLength: 20 }),
    fc.string({ unit: one, minLength: maxLength, maxLength }),
  );
}

const printable = Array.from({ length: 94 }, (_, i) =>
  String.fromCharCode(0x21 + i),
).join("");
const domainCharacters =
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
const addressCharacters = "abcXYZ019.!#$%+-_éßｃ😀\u200b\\\"'";

const email = fc.oneof(
  fc
    .tuple(textOf(addressCharacters, 64), textOf("abcXYZ019.-é", 120))
    .map((parts) => parts.join("@"))
    .filter((address) => !/\.gserviceaccount\.com$/i.test(address)),
  fc
    .tuple(
      textOf(addressCharacters, 60),
      fc.constantFrom("gmail.com", "GMail.Com", "googlemail.com", "xgmail.com"),
    )
    .map((parts) => parts.join("@")),
);

/** A string for display; the end of a longer one is ignored. */
function profileText(limit: number): fc.Arbitrary<unknown> {
  return fc
    .oneof(anyText, anyJson)
    .map((value) =>
      typeof value === "string" ? value.slice(0, 2 * limit + 1) : value,
    );
}

/** Seconds near these limits, and anywhere between. */
export function near(...seconds: number[]): fc.Arbitrary<number> {
  return fc
    .tuple(fc.constantFrom(...seconds), fc.integer({ min: -3, max: 3 }))
    .map(([base, offset]) => base + offset);
}

const goodTimes = fc
  .record({
    age: fc.integer({ min: -clockSkewSeconds, max: 7200 }),
    left: fc.integer({ min: 1 - clockSkewSeconds, max: 7200 }),
  })
  .filter(({ age, left }) => age + left > 0 && age + left <= 7200)
  .map(({ age, left }) => ({ iat: nowSeconds - age, exp: nowSeconds + left }));

/** Valid claims, with everything that Google may add. */
export function goodClaims(
  clientIds: readonly string[],
): fc.Arbitrary<Record<string, unknown>> {
  const client = fc.constantFrom(...clientIds);
  const known = fc.record(
    {
      iss: fc.constantFrom(
        "https://accounts.google.com",
        "accounts.google.com",
      ),
      aud: client,
      sub: textOf(printable, 255),
      azp: client,
      email: fc.oneof(email, fc.constant(null)),
      email_verified: fc.oneof(fc.boolean(), fc.constant(true), anyJson),
      hd: textOf(domainCharacters, 253),
      nonce: fc.oneof(textOf(`${addressCharacters} @`, 256), fc.constant("")),
      name: profileText(256),
      given_name: profileText(128),
      family_name: profileText(128),
      locale: profileText(35),
      picture: fc.oneof(
        fc.webUrl({ withQueryParameters: true, withFragments: true }),
        anyText.map((text) => `https://lh3.example/${text}`),
        anyText.map((text) => `https://${text}`),
        anyJson,
      ),
      nbf: fc.integer({ min: 1, max: nowSeconds + clockSkewSeconds }),
      jti: anyJson,
      at_hash: anyJson,
    },
    { requiredKeys: ["iss", "aud", "sub"] },
  );
  const decisive = [
    ...["iss", "aud", "sub", "azp", "email", "email_verified", "hd", "nonce"],
    ...["name", "given_name", "family_name", "locale", "picture", "nbf"],
    ...["iat", "exp", "events"],
  ];
  const unknown = fc
    .array(fc.tuple(memberName, anyJson), { maxLength: 3 })
    .map((entries) =>
      Object.fromEntries(entries.filter(([name]) => !decisive.includes(name))),
    );
  return fc
    .tuple(unknown, known, goodTimes)
    .map(([extra, claims, times]) => ({ ...extra, ...claims, ...times }));
}
