import type { AdmittedCase } from "./admitted-case";
import { googleHeader, withMember } from "./token-forgery";

/** A header that differs from Google's usual one without an effect. */
function header(
  id: string,
  name: string,
  members: Readonly<Record<string, unknown>>,
): AdmittedCase {
  return { id, name, options: () => ({ header: members }) };
}

export const goodHeaderCases: AdmittedCase[] = [
  { id: "G-018", name: "Google's own header" },
  header("G-018", "no typ", { typ: undefined }),
  header("G-018", "typ jwt", { typ: "jwt" }),
  header("G-018", "typ Jwt", { typ: "Jwt" }),
  header("G-019", "an unknown header member", { x: { y: [1] } }),
  header("G-019", "cty", { cty: "JWT" }),
  header("G-019", "thumbprints", { x5t: "x", "x5t#S256": "x" }),
  {
    id: "G-019",
    name: "JKU and X5U, which are not jku and x5u",
    options: ({ trap }) => ({ header: { JKU: trap.url, X5U: trap.url } }),
  },
  {
    id: "G-019",
    name: "a header with whitespace and another order of members",
    options: ({ google }) => ({
      rawHeader: ` { "typ" :\t"JWT",\n"kid":"${google.keys.current.kid}","alg":"RS256"} `,
    }),
  },
  {
    id: "G-019",
    name: "a header with escapes",
    options: ({ google }) => ({
      rawHeader: JSON.stringify(googleHeader(google))
        .replace("RS256", "\\u0052S256")
        .replace("alg", "\\u0061lg"),
    }),
  },
  {
    id: "G-017",
    name: "the next of Google's published keys",
    options: () => ({ key: "next" }),
  },
];

/** Claims that are added to Google's without an effect on the stored rows. */
function extra(id: string, name: string, member: string): AdmittedCase {
  return { id, name, edit: (json) => withMember(json, member) };
}

/** A time in another JSON notation of the same number. */
function rewritten(
  name: string,
  claim: string,
  write: (digits: string) => string,
): AdmittedCase {
  return {
    id: "G-042",
    name: `${claim} ${name}`,
    edit: (json) =>
      json.replace(
        new RegExp(`("${claim}":)(\\d+)`),
        (_match, start: string, digits: string) => start + write(digits),
      ),
  };
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `"k${index}":0`).join(",");

export const goodClaimCases: AdmittedCase[] = [
  {
    id: "G-026",
    name: "the audience of the iOS app",
    options: ({ google }) => ({ audience: google.clientIds[1] }),
    stored: ({ google }) => ({
      clientId: google.clientIds[1],
      authorizedParty: google.clientIds[1],
    }),
  },
  {
    id: "G-028",
    name: "the web audience with the Android app as azp",
    options: ({ google }) => ({ azp: google.clientIds[2] }),
    stored: ({ google }) => ({ authorizedParty: google.clientIds[2] }),
  },
  {
    id: "G-028",
    name: "no authorized party",
    options: () => ({ claims: { azp: undefined } }),
  },
  {
    id: "G-030",
    name: "the issuer without its scheme",
    options: () => ({ claims: { iss: "accounts.google.com" } }),
  },
  {
    id: "G-046",
    name: "nbf far in the past",
    options: () => ({ claims: { nbf: 1 } }),
  },
  {
    id: "G-046",
    name: "neither nbf nor jti",
    options: () => ({ claims: { nbf: undefined, jti: undefined } }),
  },
  ...[null, 1, ["a"], { a: 1 }, "", "x".repeat(2000)].map(
    (jti): AdmittedCase => ({
      id: "G-046",
      name: `jti ${JSON.stringify(jti).slice(0, 20)}`,
      options: () => ({ claims: { jti } }),
    }),
  ),
  {
    id: "G-044",
    name: "a lifetime of two hours",
    options: () => ({ lifetimeSeconds: 7200 }),
  },
  ...["exp", "iat", "nbf"].flatMap((claim) => [
    rewritten("with a fraction of zero", claim, (digits) => `${digits}.0`),
    rewritten("with an exponent", claim, (digits) => `${digits}0e-1`),
    rewritten("with E+0", claim, (digits) => `${digits}E+0`),
  ]),
  ...[
    ["255 characters", "a".repeat(255)],
    ["255 digits", "9".repeat(255)],
    ["25 digits", "1082042680333113745191234"],
    ["leading zeros", "000108204268033311374519"],
    ["one digit", "1"],
    ["all kinds of punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"],
    ["__proto__", "__proto__"],
    ["constructor", "constructor"],
    ["undefined", "undefined"],
    ["null", "null"],
    ["an e-mail", "ada@corp.com"],
    ["SQL without spaces", "1'--"],
    ["a wildcard", "%"],
    ["capitals", "Subject"],
    ["no capitals", "subject"],
  ].map(([name, sub = ""]): AdmittedCase => ({
    id: "G-063",
    name: `a sub of ${name}`,
    account: { sub },
  })),
  extra("G-066", "a __proto__", '"__proto__":{"role":"admin","roles":["a"]}'),
  extra(
    "G-066",
    "a constructor",
    '"constructor":{"prototype":{"role":"admin"}}',
  ),
  extra("G-066", "roles of its own", '"roles":["admin"],"status":"disabled"'),
  extra("G-066", "an id of its own", '"id":"1","userId":"1","user_id":"1"'),
  extra("G-069", "a claim 2,000 levels deep", `"deep":${nested(2000)}`),
  extra("G-069", "500 more claims", many(500)),
  extra("G-069", "a claim of 4 kB", `"large":"${"x".repeat(4000)}"`),
  extra("G-070", "unknown claims", '"x":1,"y":[{"z":null}],"":"empty"'),
  extra("G-070", "claim names in values", '"x":"\\",\\"sub\\":\\"1","y":"sub"'),
  extra("G-070", "one name on two levels", '"x":{"sub":"1","x":{"x":1}}'),
  extra("G-070", "one name in two objects", '"x":[{"a":1},{"a":1}]'),
  extra("G-070", "brackets in strings", '"x":"}]{[\\\\","y":"\\"{"'),
  extra(
    "G-077",
    "an at_hash without an access token",
    '"at_hash":"AAAAAAAAAAAAAAAAAAAAAA"',
  ),
  extra("G-077", "an at_hash of the wrong type", '"at_hash":[1]'),
  extra("G-078", "auth_time in the future", '"auth_time":9999999999'),
  extra("G-078", "auth_time as a string", '"auth_time":"yesterday"'),
  extra("G-078", "acr and amr of odd types", '"acr":1,"amr":{"mfa":true}'),
  {
    id: "G-075",
    name: "a nonce that the request does not have",
    options: () => ({ nonce: "n".repeat(512) }),
  },
  {
    id: "G-070",
    name: "whitespace around its claims",
    edit: (json) => `\n${json} `,
  },
];
