import { generateKeyPairSync, sign } from "node:crypto";
import type { TokenAlgorithm } from "../../src/testing/google/token.signer";
import { type HostileCase, token } from "./hostile-case";
import type { Target } from "./target";
import {
  edited,
  encode,
  googleHeader,
  hmac,
  segmentsOf,
  withSignature,
} from "./token-forgery";

/** Public values that a confused verifier might use as an HMAC key. */
const publicKeyAs: [string, (target: Target) => string | Buffer][] = [
  ["SPKI PEM", ({ google }) => spki(google.keys.current.publicKey, "pem")],
  [
    "SPKI PEM without its last newline",
    ({ google }) => String(spki(google.keys.current.publicKey, "pem")).trim(),
  ],
  ["SPKI DER", ({ google }) => spki(google.keys.current.publicKey, "der")],
  ["PKCS#1 PEM", ({ google }) => pkcs1(google.keys.current.publicKey, "pem")],
  ["PKCS#1 DER", ({ google }) => pkcs1(google.keys.current.publicKey, "der")],
  ["certificate PEM", ({ google }) => google.keys.current.certificatePem],
  [
    "certificate PEM without its last newline",
    ({ google }) => google.keys.current.certificatePem.trim(),
  ],
  [
    "certificate DER",
    ({ google }) =>
      Buffer.from(
        google.keys.current.certificatePem.replace(/-----[A-Z ]+-----|\s/g, ""),
        "base64",
      ),
  ],
  ["JWK text", ({ google }) => JSON.stringify(google.keys.current.jwk)],
  ["modulus", ({ google }) => Buffer.from(google.keys.current.jwk.n, "base64")],
  ["modulus as base64url text", ({ google }) => google.keys.current.jwk.n],
  ["empty key", () => ""],
  ["client id", ({ google }) => google.clientIds[0]],
  ["kid", ({ google }) => google.keys.current.kid],
];

type PublicKey = Target["google"]["keys"]["current"]["publicKey"];

function spki(key: PublicKey, format: "pem" | "der"): string | Buffer {
  return format === "pem"
    ? key.export({ type: "spki", format })
    : key.export({ type: "spki", format });
}

function pkcs1(key: PublicKey, format: "pem" | "der"): string | Buffer {
  return format === "pem"
    ? key.export({ type: "pkcs1", format })
    : key.export({ type: "pkcs1", format });
}

const noneSpellings = [
  "none",
  "None",
  "NONE",
  "nOnE",
  "none ",
  "\u0000none",
  "ｎｏｎｅ",
];

export const noneCases: HostileCase[] = noneSpellings.flatMap((alg) => {
  const named = JSON.stringify(alg);
  return [
    token(
      "G-001",
      `alg ${named}, no signature`,
      "malformed_token",
      ({ google }) => google.idToken({ alg: "none", header: { alg } }),
    ),
    token(
      "G-001",
      `alg ${named}, any signature`,
      "algorithm_not_allowed",
      ({ google }) =>
        withSignature(google, googleHeader(google, { alg }), () => "any"),
    ),
    token(
      "G-001",
      `alg ${named}, Google's signature`,
      "algorithm_not_allowed",
      ({ google }) => google.idToken({ header: { alg } }),
    ),
  ];
});

export const hmacCases: HostileCase[] = publicKeyAs.flatMap(([name, key]) => [
  ...([256, 384, 512] as const).map((bits) =>
    token(
      "G-002",
      `HS${bits} keyed with the ${name}`,
      "algorithm_not_allowed",
      (target) => {
        const header = googleHeader(target.google, { alg: `HS${bits}` });
        return withSignature(target.google, header, hmac(bits, key(target)));
      },
    ),
  ),
  token(
    "G-002",
    `RS256 in the header, HMAC keyed with the ${name}`,
    "bad_signature",
    (target) =>
      withSignature(
        target.google,
        googleHeader(target.google),
        hmac(256, key(target)),
      ),
  ),
]);

/** Values of alg over a signature that is Google's RS256. */
const otherNames: unknown[] = [
  ...["RS384", "RS512", "PS256", "PS384", "PS512", "RS1", "RSA-OAEP"],
  ...["ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "HS256"],
  ...["rs256", "Rs256", "RS256 ", " RS256", "RS-256", "SHA256withRSA"],
  ...["RS256\u0000", "RS256,none", "ＲＳ２５６", ""],
  ...[null, 256, true, ["RS256"], { name: "RS256" }, undefined],
];

export const algorithmCases: HostileCase[] = [
  ...otherNames.map((alg) =>
    token(
      "G-003",
      `alg ${JSON.stringify(alg)} over Google's RS256 signature`,
      "algorithm_not_allowed",
      ({ google }) => google.idToken({ header: { alg } }),
    ),
  ),
  ...(["RS384", "RS512", "PS256"] satisfies TokenAlgorithm[]).flatMap((alg) => [
    token(
      "G-003",
      `${alg}, signed with Google's own key`,
      "algorithm_not_allowed",
      ({ google }) => google.idToken({ alg }),
    ),
    token(
      "G-003",
      `RS256 in the header, signed as ${alg} with Google's own key`,
      "bad_signature",
      ({ google }) => google.idToken({ alg, header: { alg: "RS256" } }),
    ),
  ]),
  token(
    "G-003",
    "ES256, signed with the attacker's key",
    "algorithm_not_allowed",
    ({ google }) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return withSignature(
        google,
        googleHeader(google, { alg: "ES256" }),
        (input) =>
          sign("sha256", Buffer.from(input), {
            key: privateKey,
            dsaEncoding: "ieee-p1363",
          }),
      );
    },
  ),
  token(
    "G-003",
    "EdDSA, signed with the attacker's key",
    "algorithm_not_allowed",
    ({ google }) => {
      const { privateKey } = generateKeyPairSync("ed25519");
      return withSignature(
        google,
        googleHeader(google, { alg: "EdDSA" }),
        (input) => sign(null, Buffer.from(input), privateKey),
      );
    },
  ),
  token(
    "G-003",
    "RS256 in the header of a token signed as none",
    "malformed_token",
    async ({ google }) =>
      edited(await google.idToken({ alg: "none" }), (_header, payload) => [
        encode(googleHeader(google)),
        payload,
        "",
      ]),
  ),
  token(
    "G-003",
    "alg none in the header over Google's signature",
    "algorithm_not_allowed",
    async ({ google }) => {
      const [, payload, signature] = segmentsOf(await google.idToken());
      return `${encode({ alg: "none" })}.${payload}.${signature}`;
    },
  ),
];
