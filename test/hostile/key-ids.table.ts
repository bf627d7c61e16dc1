import { type HostileCase, token } from "./hostile-case";
import { encode, googleHeader, hmac, withSignature } from "./token-forgery";
import type { Target } from "./target";

type OfTarget<Value> = (target: Target) => Value;

/** Invalid key ids, each in a header that Google's own key signed. */
const noNames: [string, OfTarget<unknown>][] = [
  ["absent", () => undefined],
  ["null", () => null],
  ["empty", () => ""],
  ["0", () => 0],
  ["1", () => 1],
  ["true", () => true],
  ["an empty array", () => []],
  ["Google's in an array", ({ google }) => [google.keys.current.kid]],
  ["Google's in an array twice", ({ google }) => [[google.keys.current.kid]]],
  ["an object", () => ({})],
  ["Google's in an object", ({ google }) => ({ kid: google.keys.current.kid })],
  ["an object with toString", () => ({ toString: "x" })],
  ["129 characters long", () => "a".repeat(129)],
  ["4,000 characters long", () => "a".repeat(4000)],
];

/** Unknown key ids, each signed by some key. */
const strangeNames: [string, OfTarget<string>][] = [
  ...[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "__defineGetter__",
    "get",
    "has",
    "size",
    "length",
    "undefined",
    "null",
    "*",
    " ",
    "%00",
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/dev/null",
    "file:///etc/passwd",
    "x'; DROP TABLE google_auth.users;--",
    "' OR '1'='1",
    "' UNION SELECT 'secret",
    "$(id)",
    "`id`",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "\ud800",
    "\u202e",
    "a".repeat(128),
    // As long as Google's and Firebase's.
    "0".repeat(40),
    "d4cc6d59b1a2b8e4bd2b2d6b1f4a6a4b5c6d7e8f",
  ].map((kid): [string, OfTarget<string>] => [
    kid.length > 60 ? `${kid.length} characters long` : JSON.stringify(kid),
    () => kid,
  ]),
  ["Google's and a space", ({ google }) => `${google.keys.current.kid} `],
  ["Google's and a NUL", ({ google }) => `${google.keys.current.kid}\u0000`],
  ["Google's after a newline", ({ google }) => `\n${google.keys.current.kid}`],
  [
    "Google's in capitals",
    ({ google }) => google.keys.current.kid.toUpperCase(),
  ],
  [
    "Google's without its last character",
    ({ google }) => google.keys.current.kid.slice(0, -1),
  ],
  [
    "both of Google's",
    ({ google }) => `${google.keys.current.kid},${google.keys.next.kid}`,
  ],
  [
    "Google's with trailing SQL",
    ({ google }) => `${google.keys.current.kid}' OR 1=1--`,
  ],
  ["a URL of the attacker", ({ trap }) => `${trap.url}/key.pem`],
];

export const keyIdCases: HostileCase[] = [
  ...noNames.map(([name, kid]) =>
    token("G-007", `a kid that is ${name}`, "key_id_invalid", (target) =>
      target.google.idToken({ header: { kid: kid(target) } }),
    ),
  ),
  ...strangeNames.map(([name, kid]) =>
    token("G-009", `the kid ${name}`, "unknown_key", async (target) =>
      target.google.idToken({
        header: { kid: kid(target) },
        signWith: await target.google.keys.foreign(),
      }),
    ),
  ),
  token(
    "G-009",
    "the kid __proto__ with an empty key's HMAC",
    "unknown_key",
    ({ google }) =>
      withSignature(
        google,
        googleHeader(google, { kid: "__proto__" }),
        hmac(256, ""),
      ),
  ),
  token(
    "G-010",
    "a Firebase session's ID token",
    "unknown_key",
    async ({ google }) =>
      google.idToken({
        key: await google.keys.foreign(),
        claims: firebaseClaims,
      }),
  ),
  token("G-010", "an unsigned Firebase emulator token", "malformed_token", () =>
    [encode({ alg: "none", typ: "JWT" }), encode(firebaseClaims), ""].join("."),
  ),
  {
    ...token("G-009", "a kid of 100 kB", "", ({ google }) =>
      google.idToken({ header: { kid: "a".repeat(100_000) } }),
    ),
    reason: undefined,
    status: 413,
    code: "payload_too_large",
  },
];

const firebaseClaims = {
  iss: "https://securetoken.google.com/our-project",
  aud: "our-project",
  azp: undefined,
  auth_time: 1_700_000_000,
  user_id: "wQx3kTq0yJc8VnZr5LbM2pHs7aE1",
  sub: "wQx3kTq0yJc8VnZr5LbM2pHs7aE1",
  firebase: {
    identities: { "google.com": ["108204268033311374519"] },
    sign_in_provider: "google.com",
  },
};
