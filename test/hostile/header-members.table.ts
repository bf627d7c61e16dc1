import { type HostileCase, token } from "./hostile-case";
import type { Target } from "./target";

type OfTarget<Value> = (target: Target) => Value | Promise<Value>;

/**
 * Members that make a verifier fetch, trust, decompress or understand
 * something.
 */
const requests: [string, string, OfTarget<unknown>][] = [
  ["G-011", "jwk", async ({ google }) => (await google.keys.foreign()).jwk],
  ["G-011", "jwk", ({ google }) => google.keys.current.jwk],
  ["G-011", "jwk", () => null],
  ["G-012", "jku", ({ trap }) => `${trap.url}/jwks.json`],
  ["G-012", "jku", () => "https://www.googleapis.com/oauth2/v3/certs"],
  ["G-012", "jku", () => "file:///etc/passwd"],
  ["G-012", "jku", () => ""],
  ["G-012", "x5u", ({ trap }) => `${trap.url}/certificate.pem`],
  ["G-012", "x5u", ({ google }) => `${google.url}/oauth2/v1/certs`],
  ["G-012", "x5u", () => ["http://127.0.0.1/"]],
  [
    "G-013",
    "x5c",
    async ({ google }) => [
      (await google.keys.foreign()).certificatePem.replace(
        /-----[A-Z ]+-----|\s/g,
        "",
      ),
    ],
  ],
  ["G-013", "x5c", () => []],
  ["G-014", "crit", () => ["exp"]],
  ["G-014", "crit", () => ["b64"]],
  ["G-014", "crit", () => []],
  ["G-014", "crit", () => null],
  ["G-014", "crit", () => "exp"],
  ["G-014", "b64", () => false],
  ["G-014", "b64", () => true],
  ["G-014", "zip", () => "DEF"],
  ["G-014", "zip", () => null],
];

const otherTypes: unknown[] = [
  ...["at+jwt", "application/at+jwt", "secevent+jwt", "logout+jwt"],
  ...["dpop+jwt", "JOSE", "JOSE+JSON", "JWS", "JWE", "jwt ", "", "JWT;v=1"],
  ...[null, 0, true, ["JWT"], { name: "JWT" }],
];

export const headerMemberCases: HostileCase[] = [
  ...requests.flatMap(([id, name, value], index) => [
    token(
      id,
      `${name} number ${index + 1}, in a header that Google signed`,
      "header_not_allowed",
      async (target) =>
        target.google.idToken({ header: { [name]: await value(target) } }),
    ),
    token(
      id,
      `${name} number ${index + 1}, under Google's kid, signed by the attacker`,
      "header_not_allowed",
      async (target) =>
        target.google.idToken({
          header: { [name]: await value(target) },
          signWith: "foreign",
        }),
    ),
  ]),
  token(
    "G-011",
    "jwk with its own kid, signed by it",
    "header_not_allowed",
    async ({ google }) => {
      const key = await google.keys.foreign();
      return google.idToken({ key, header: { jwk: key.jwk } });
    },
  ),
  token(
    "G-011",
    "jwk without a kid, signed by it",
    "key_id_invalid",
    async ({ google }) => {
      const key = await google.keys.foreign();
      return google.idToken({ key, header: { kid: undefined, jwk: key.jwk } });
    },
  ),
  token(
    "G-013",
    "the thumbprint of the attacker's certificate",
    "bad_signature",
    ({ google }) =>
      google.idToken({
        header: { x5t: "dGh1bWJwcmludA", "x5t#S256": "dGh1bWJwcmludA" },
        signWith: "foreign",
      }),
  ),
  ...otherTypes.map((typ) =>
    token(
      "G-018",
      `typ ${JSON.stringify(typ)}`,
      "type_not_allowed",
      ({ google }) => google.idToken({ header: { typ } }),
    ),
  ),
];
