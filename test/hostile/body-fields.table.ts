import { idTokenFields } from "../../src/auth/sign-in/request-token";
import type { IdTokenOptions } from "../../src/testing/google/id-token.mint";
import { type HostileCase, request, secretsOf, token } from "./hostile-case";
import type { Target } from "./target";

type Attack = HostileCase["attack"];

/** A JSON body with a valid token of the known user and other fields. */
function withFields(
  fields: Readonly<Record<string, unknown>>,
  options: IdTokenOptions = {},
): Attack {
  return async (target) => {
    const { google, known } = target;
    const idToken = await google.idToken({ account: known, ...options });
    return {
      secrets: secretsOf(idToken),
      send: request(target, {
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ idToken, ...fields }),
      }),
    };
  };
}

function badField(id: string, field: string, value: unknown): HostileCase {
  const shown = JSON.stringify(value);
  return {
    id,
    name: `${field} ${shown.length > 40 ? `of ${shown.length - 2}` : shown}`,
    status: 400,
    code: "invalid_request",
    field,
    attack: withFields({ [field]: value }),
  };
}

const noTexts: unknown[] = [
  0,
  1,
  true,
  false,
  [],
  ["x"],
  {},
  { toString: "x" },
  [null],
];

export const fieldCases: HostileCase[] = [
  ...noTexts.map((value) => badField("G-106", "device", value)),
  badField("G-106", "device", "x".repeat(101)),
  badField("G-106", "device", "x".repeat(14_000)),
  ...noTexts.map((value) => badField("G-075", "nonce", value)),
  badField("G-075", "nonce", ""),
  badField("G-075", "nonce", "x".repeat(513)),
  badField("G-075", "nonce", "x".repeat(10_000)),
];

/** The nonce of the token and the nonce of the request, which do not match. */
const nonces: [string, string | undefined, string][] = [
  ["no nonce in the token", undefined, "n-0S6_WzA2Mj"],
  ["an empty nonce in the token", "", "n-0S6_WzA2Mj"],
  ["another nonce in the token", "n-another", "n-0S6_WzA2Mj"],
  ["a prefix in the token", "n-0S6", "n-0S6_WzA2Mj"],
  ["a prefix in the request", "n-0S6_WzA2Mj", "n-0S6"],
  ["another case", "n-0s6_wza2mj", "n-0S6_WzA2Mj"],
  ["a trailing space", "n-0S6_WzA2Mj", "n-0S6_WzA2Mj "],
  ["a list", "n-0S6_WzA2Mj", "n-0S6_WzA2Mj,n-another"],
  ["a wildcard", "n-0S6_WzA2Mj", "*"],
  ["__proto__", "n-0S6_WzA2Mj", "__proto__"],
  ["undefined, as a string", undefined, "undefined"],
  ["null, as a string", undefined, "null"],
  ["a zero-width space", "n-0S6_WzA2Mj", "n-0S6_WzA2Mj\u200b"],
];

export const nonceMismatchCases: HostileCase[] = nonces.map(
  ([what, signed, nonce]) => ({
    ...token("G-075", `nonce: ${what}`, "nonce_mismatch", () => ""),
    attack: withFields({ nonce }, { nonce: signed }),
  }),
);

function tooLarge(name: string, attack: Attack): HostileCase {
  return {
    id: "G-110",
    name,
    status: 413,
    code: "payload_too_large",
    attack,
  };
}

/** A body of this many bytes that starts with a valid token. */
function ofSize(bytes: number, chunked = false): Attack {
  return async (target) => {
    const { google, known } = target;
    const idToken = await google.idToken({ account: known });
    const start = `{"idToken":"${idToken}","padding":"`;
    const body = `${start}${"x".repeat(bytes - start.length - 2)}"}`;
    return {
      secrets: secretsOf(idToken),
      send: request(target, {
        headers: { "content-type": "application/json" },
        ...(chunked
          ? { body: new Blob([body]).stream(), duplex: "half" }
          : { body }),
      }),
    };
  };
}

export const sizeCases: HostileCase[] = [
  ...[16_385, 20_000, 100_000, 1_000_000, 10_000_000].flatMap((bytes) => [
    tooLarge(`${bytes} bytes`, ofSize(bytes)),
    tooLarge(`${bytes} bytes in chunks`, ofSize(bytes, true)),
  ]),
  tooLarge("a form of 20,000 bytes", (target) =>
    Promise.resolve({
      secrets: [],
      send: request(target, {
        body: new URLSearchParams({ idToken: "a".repeat(20_000) }),
      }),
    }),
  ),
];

/** A valid token anywhere but in the body. */
function elsewhere(
  name: string,
  send: (target: Target, idToken: string) => ReturnType<typeof request>,
): HostileCase {
  return {
    id: "G-104",
    name,
    status: 400,
    code: "invalid_request",
    field: "idToken",
    attack: async (target) => {
      const { google, known } = target;
      const idToken = await google.idToken({ account: known });
      return { secrets: secretsOf(idToken), send: send(target, idToken) };
    },
  };
}

const headerNames = [
  ...["x-id-token", "x-google-id-token", "id-token", "idtoken", "credential"],
  ...["x-goog-iap-jwt-assertion", "x-forwarded-access-token"],
];

export const elsewhereCases: HostileCase[] = [
  ...idTokenFields.flatMap((field) =>
    ["/auth/google", "/tokensignin"].map((path) =>
      elsewhere(
        `a token in the query of ${path} as ${field}`,
        (target, idToken) =>
          request(target, { path: `${path}?${field}=${idToken}` }),
      ),
    ),
  ),
  elsewhere("a token in the query, an empty object", (target, idToken) =>
    request(target, {
      path: `/auth/google?idToken=${idToken}`,
      headers: { "content-type": "application/json" },
      body: "{}",
    }),
  ),
  ...headerNames.map((name) =>
    elsewhere(`a token in the header ${name}`, (target, idToken) =>
      request(target, { headers: { [name]: idToken } }),
    ),
  ),
  elsewhere("a token in Authorization", (target, idToken) =>
    request(target, { headers: { authorization: `Bearer ${idToken}` } }),
  ),
  elsewhere("a token as a cookie", (target, idToken) =>
    request(target, {
      headers: {
        cookie: `idToken=${idToken}; credential=${idToken}; g_state=x`,
      },
    }),
  ),
  ...["/auth/google", "/tokensignin"].map((path) => ({
    ...elsewhere(`a token in the path below ${path}`, (target, idToken) =>
      request(target, { path: `${path}/${idToken}` }),
    ),
    status: 404,
    code: "not_found" as const,
    field: undefined,
  })),
];
