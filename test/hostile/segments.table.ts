import { type HostileCase, token } from "./hostile-case";
import type { Target } from "./target";
import {
  edited,
  encode,
  segmentsOf,
  withClaimsText,
  withHeaderText,
  withMember,
} from "./token-forgery";

const good = ({ google, known }: Target) => google.idToken({ account: known });

const shapes: [string, string, (parts: [string, string, string]) => string][] =
  [
    ["no dot", "malformed_token", ([header]) => header],
    ["header and payload", "malformed_token", ([h, p]) => `${h}.${p}`],
    ["payload and signature", "malformed_token", ([, p, s]) => `${p}.${s}`],
    ["four segments", "malformed_token", ([h, p, s]) => `${h}.${p}.${s}.${s}`],
    ["a leading dot", "malformed_token", ([h, p, s]) => `.${h}.${p}.${s}`],
    ["a trailing dot", "malformed_token", ([h, p, s]) => `${h}.${p}.${s}.`],
    ["a double dot", "malformed_token", ([h, p, s]) => `${h}..${p}.${s}`],
    ["one dot", "malformed_token", () => "."],
    ["two dots", "malformed_token", () => ".."],
    ["three dots", "malformed_token", () => "..."],
    ["four dots", "malformed_token", () => "...."],
    ["8,000 dots", "malformed_token", () => ".".repeat(8000)],
    ["a header alone", "malformed_token", ([header]) => `${header}..`],
    ["a payload alone", "malformed_token", ([, payload]) => `.${payload}.`],
    ["a signature alone", "malformed_token", ([, , s]) => `..${s}`],
    ["no header", "malformed_token", ([, p, s]) => `.${p}.${s}`],
    ["no payload (detached)", "malformed_token", ([h, , s]) => `${h}..${s}`],
    [
      "its segments in reverse order",
      "malformed_header",
      (parts) => parts.reverse().join("."),
    ],
    [
      "the header twice",
      "malformed_signature",
      ([h, , s]) => `${h}.${h}.${s}=`,
    ],
    ["8,193 characters", "token_too_large", () => "a".repeat(8193)],
    [
      "a valid token and 8 kB",
      "token_too_large",
      (parts) => parts.join(".") + "A".repeat(8192),
    ],
    ["garbage", "malformed_token", () => "garbage"],
    ["three words", "malformed_header", () => "one.two.three"],
    ["other alphabets", "malformed_header", () => "один.два.три"],
    ["emoji", "malformed_header", () => "🔑.📦.✍️"],
    ["lone surrogates", "malformed_header", () => "\ud800.\udc00.\ud800"],
    ["three NULs", "malformed_header", () => "\u0000.\u0000.\u0000"],
    ["a URL", "malformed_header", () => "https://evil.example/a.b"],
    ["a path", "malformed_token", () => "../../../etc/passwd"],
    [
      "SQL",
      "malformed_token",
      () => "' OR 1=1; DROP TABLE google_auth.users;--",
    ],
    ["a template", "malformed_token", () => "${7*7}{{7*7}}"],
    ["a shell command", "malformed_token", () => "$(sleep 10)"],
    ["a log line", "malformed_token", () => '\n{"level":30,"msg":"ok"}'],
    [
      "an OAuth access token",
      "malformed_token",
      () => `ya29.${"a".repeat(200)}`,
    ],
    ["an authorization code", "malformed_token", () => `4/0${"A".repeat(70)}`],
    [
      "the flattened JSON form",
      "malformed_token",
      ([h, payload, signature]) =>
        JSON.stringify({ protected: h, payload, signature }),
    ],
    [
      "the general JSON form",
      "malformed_token",
      ([h, payload, signature]) =>
        JSON.stringify({ payload, signatures: [{ protected: h, signature }] }),
    ],
  ];

/** Segments that are not a JSON object, signed by Google. */
const noObjects: [string, string | Uint8Array][] = [
  ["null", "null"],
  ["an empty array", "[]"],
  ["a string", '"x"'],
  ["a number", "1"],
  ["true", "true"],
  ["an open brace", "{"],
  ["a space", " "],
  ["two objects", "{}{}"],
  ["a comment", '{/* */"a":1}'],
  ["single quotes", "{'a':1}"],
  ["a name without quotes", "{a:1}"],
  ["a trailing comma", '{"a":1,}'],
  ["NaN", '{"exp":NaN}'],
  ["Infinity", '{"exp":Infinity}'],
  ["a hexadecimal number", '{"exp":0x65}'],
  ["a number with a plus", '{"exp":+1}'],
  ["a number with a leading zero", '{"exp":017}'],
  ["a newline in a string", '{"a":"\n"}'],
  ["a trailing NUL", "{}\u0000"],
  ["a byte order mark", "\ufeff{}"],
  ["UTF-16LE", Buffer.from('{"a":1}', "utf16le")],
  ["UTF-16BE", Buffer.from('{"a":1}', "utf16le").swap16()],
  ["UTF-32", Buffer.from("{\0\0\0}\0\0\0")],
  ["invalid UTF-8 (0xff)", withBytes(0xff)],
  ["an overlong slash (0xc0 0xaf)", withBytes(0xc0, 0xaf)],
  ["an overlong NUL (0xc0 0x80)", withBytes(0xc0, 0x80)],
  ["a surrogate (0xed 0xa0 0x80)", withBytes(0xed, 0xa0, 0x80)],
  ["a truncated character (0xe2 0x82)", withBytes(0xe2, 0x82)],
  ["beyond Unicode (0xf5)", withBytes(0xf5, 0x80, 0x80, 0x80)],
  ["Latin-1", withBytes(0xe9)],
  ["gzip", Buffer.from("1f8b0800000000000003", "hex")],
  ["CBOR", Buffer.from("a16373756201", "hex")],
];

function withBytes(...bytes: number[]): Uint8Array {
  return Buffer.concat([
    Buffer.from('{"a":"'),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);
}

/** A duplicate member; parsers disagree on which of the two counts. */
const repeatedClaims: [string, (json: string) => string][] = [
  ["sub", (json) => withMember(json, '"sub":"1"')],
  ["sub, before", (json) => json.replace("{", '{"sub":"1",')],
  ["sub, with an escape", (json) => withMember(json, '"\\u0073ub":"1"')],
  [
    "sub, all escapes",
    (json) => withMember(json, '"\\u0073\\u0075\\u0062":"1"'),
  ],
  ["aud", (json) => withMember(json, '"aud":"evil"')],
  ["email", (json) => withMember(json, '"email":"boss@corp.com"')],
  ["email_verified", (json) => withMember(json, '"email_verified":true')],
  ["exp", (json) => withMember(json, '"exp":9999999999')],
  ["hd, of the same value", (json) => withMember(json, '"hd":"corp.com"')],
  ["an unknown claim", (json) => withMember(json, '"x":1,"x":1')],
  ["the empty name", (json) => withMember(json, '"":1,"":2')],
  ["__proto__", (json) => withMember(json, '"__proto__":1,"__proto__":2')],
  ["a name with quotes", (json) => withMember(json, '"\\"":1,"\\"":2')],
  ["a member of a member", (json) => withMember(json, '"x":{"a":1,"a":2}')],
  [
    "three levels down",
    (json) => withMember(json, '"x":{"y":{"z":{"a":1,"a":2}}}'),
  ],
  ["in an array", (json) => withMember(json, '"x":[[{"a":1,"a":2}]]')],
  ["around an object", (json) => withMember(json, '"x":{"a":{"b":1},"a":2}')],
  [
    "with spaces before the colon",
    (json) => withMember(json, '"sub" \n\t:"1"'),
  ],
];

const repeatedHeaders: [string, string][] = [
  ["alg, the invalid one last", '"alg":"none"'],
  ["alg, of the same value", '"alg":"RS256"'],
  ["alg, with an escape", '"\\u0061lg":"HS256"'],
  ["kid", '"kid":"another"'],
  ["typ", '"typ":"JWT"'],
];

export const segmentCases: HostileCase[] = [
  ...shapes.map(([name, reason, shape]) =>
    token("G-020", name, reason, async (target) =>
      shape(segmentsOf(await good(target))),
    ),
  ),
  token("G-020", "a JWE of five segments", "malformed_token", async (target) =>
    edited(await good(target), (_header, payload, signature) => [
      encode({ alg: "RSA-OAEP", enc: "A256GCM", cty: "JWT" }),
      signature,
      encode("initial vec"),
      payload,
      encode("authentication tag"),
    ]),
  ),
  token(
    "G-020",
    "a token inside a token",
    "malformed_payload",
    async (target) =>
      target.google.idToken({
        header: { cty: "JWT" },
        rawPayload: await good(target),
      }),
  ),
  token(
    "G-020",
    "a token as a JSON string in a token",
    "malformed_payload",
    async (target) =>
      target.google.idToken({ rawPayload: JSON.stringify(await good(target)) }),
  ),
  ...noObjects.flatMap(([name, bytes]) => [
    token(
      "G-067",
      `claims that are ${name}`,
      "malformed_payload",
      ({ google }) => google.idToken({ rawPayload: bytes }),
    ),
    token(
      "G-008",
      `a header that is ${name}`,
      "malformed_header",
      ({ google }) => google.idToken({ rawHeader: bytes }),
    ),
  ]),
  token(
    "G-008",
    "an empty header object",
    "algorithm_not_allowed",
    ({ google }) => google.idToken({ rawHeader: "{}" }),
  ),
  token("G-067", "an empty object of claims", "wrong_issuer", ({ google }) =>
    google.idToken({ rawPayload: "{}" }),
  ),
  ...repeatedClaims.map(([name, repeat]) =>
    token("G-068", `twice ${name}`, "duplicate_member", ({ google, known }) =>
      withClaimsText(google, repeat, { account: known }),
    ),
  ),
  ...repeatedHeaders.map(([name, member]) =>
    token(
      "G-008",
      `twice ${name} in the header`,
      "duplicate_member",
      ({ google }) =>
        withHeaderText(google, (json) => withMember(json, member)),
    ),
  ),
];
