import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type HostileCase, token } from "./hostile-case";
import {
  decode,
  edited,
  encode,
  googleHeader,
  withSignature,
} from "./token-forgery";

const rsaBytes = 256;

/** Forged signatures, of Google's size and of others. */
const madeUp: [string, (genuine: Buffer, modulus: Buffer) => Buffer][] = [
  ["all zero", () => Buffer.alloc(rsaBytes)],
  ["all ones", () => Buffer.alloc(rsaBytes, 0xff)],
  ["the number 1", () => Buffer.alloc(rsaBytes).fill(1, rsaBytes - 1)],
  ["the modulus", (_genuine, modulus) => modulus],
  [
    "the modulus less 1",
    (_genuine, modulus) => {
      const number = Buffer.from(modulus);
      number[rsaBytes - 1] = (number.at(-1) ?? 0) - 1;
      return number;
    },
  ],
  ["one zero byte", () => Buffer.alloc(1)],
  ["one byte short", (genuine) => genuine.subarray(1)],
  ["without its last byte", (genuine) => genuine.subarray(0, -1)],
  [
    "with a leading zero",
    (genuine) => Buffer.concat([Buffer.alloc(1), genuine]),
  ],
  [
    "with a trailing zero",
    (genuine) => Buffer.concat([genuine, Buffer.alloc(1)]),
  ],
  ["cut in half", (genuine) => genuine.subarray(0, rsaBytes / 2)],
  ["twice over", (genuine) => Buffer.concat([genuine, genuine])],
  ["reversed", (genuine) => Buffer.from(genuine).reverse()],
  ["its own base64url text", (genuine) => Buffer.from(encode(genuine))],
  ["the word signature", () => Buffer.from("signature")],
];

/** A segment with one bit flipped. */
function flipped(segment: string, position: number): string {
  const bytes = Buffer.from(segment, "base64url");
  const index = Math.floor(position * (bytes.length - 1));
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

const positions = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1];

/** An attacker's claims, with Google's signature of others. */
const wishes: [string, (claims: Record<string, unknown>) => object][] = [
  ["another sub", (claims) => ({ ...claims, sub: "1" })],
  ["another e-mail", (claims) => ({ ...claims, email: "boss@corp.com" })],
  ["a later exp", (claims) => ({ ...claims, exp: Number(claims.exp) + 600 })],
  ["another aud", (claims) => ({ ...claims, aud: "evil" })],
  ["no sub", (claims) => ({ ...claims, sub: undefined })],
  [
    "the same claims in another order",
    (claims) => Object.fromEntries(Object.entries(claims).reverse()),
  ],
  ["an additional claim", (claims) => ({ ...claims, role: "admin" })],
  ["no claims at all", () => ({})],
];

const ownKeys: [string, () => KeyObject][] = [
  ["1024-bit RSA", () => rsa(1024)],
  ["2048-bit RSA", () => rsa(2048)],
  [
    "P-256",
    () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  ],
];

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

export const signatureCases: HostileCase[] = [
  ...madeUp.map(([name, make]) =>
    token("G-004", `the signature ${name}`, "bad_signature", async (target) => {
      const { google } = target;
      const modulus = Buffer.from(google.keys.current.jwk.n, "base64url");
      return edited(await google.idToken(), (header, payload, signature) => [
        header,
        payload,
        encode(make(Buffer.from(signature, "base64url"), modulus)),
      ]);
    }),
  ),
  ...positions.map((position) =>
    token(
      "G-004",
      `one bit of the signature flipped at ${position * 100} %`,
      "bad_signature",
      async ({ google }) =>
        edited(await google.idToken(), (header, payload, signature) => [
          header,
          payload,
          flipped(signature, position),
        ]),
    ),
  ),
  ...wishes.map(([name, wish]) =>
    token("G-004", `Google's signature over ${name}`, "bad_signature", (t) =>
      t.google.idToken().then((idToken) =>
        edited(idToken, (header, payload, signature) => {
          const claims = JSON.parse(decode(payload)) as Record<string, unknown>;
          return [header, encode(wish(claims)), signature];
        }),
      ),
    ),
  ),
  token(
    "G-004",
    "one letter of the claims changed",
    "bad_signature",
    async ({ google, known }) =>
      edited(
        await google.idToken({ account: known }),
        (header, payload, signature) => [
          header,
          encode(decode(payload).replace("ada@corp.com", "bda@corp.com")),
          signature,
        ],
      ),
  ),
  token(
    "G-004",
    "one more space in the header",
    "bad_signature",
    async ({ google }) =>
      edited(await google.idToken(), (header, payload, signature) => [
        encode(`${decode(header)} `),
        payload,
        signature,
      ]),
  ),
  token(
    "G-004",
    "the signature of another account's token",
    "bad_signature",
    async ({ google, known }) => {
      const other = await google.idToken({ account: "consumer" });
      return edited(
        await google.idToken({ account: known }),
        (header, payload) => [header, payload, other.split(".")[2] ?? ""],
      );
    },
  ),
  token(
    "G-004",
    "the signature of the same account's previous token",
    "bad_signature",
    async ({ google, known }) => {
      const last = await google.idToken({ account: known });
      return edited(
        await google.idToken({ account: known }),
        (header, payload) => [header, payload, last.split(".")[2] ?? ""],
      );
    },
  ),
  token(
    "G-004",
    "the signature removed, its dot kept",
    "malformed_token",
    async ({ google }) =>
      edited(await google.idToken(), (header, payload) => [
        header,
        payload,
        "",
      ]),
  ),
  token(
    "G-004",
    "Google's SHA-1 signature",
    "bad_signature",
    async ({ google }) =>
      withSignature(google, googleHeader(google), (input) =>
        sign("sha1", Buffer.from(input), google.keys.current.privateKey),
      ),
  ),
  token(
    "G-004",
    "Google's signature of the claims alone",
    "bad_signature",
    ({ google }) =>
      withSignature(google, googleHeader(google), (input) =>
        sign(
          "sha256",
          Buffer.from(input.split(".")[1] ?? ""),
          google.keys.current.privateKey,
        ),
      ),
  ),
  token(
    "G-006",
    "an unknown key with Google's kid",
    "bad_signature",
    ({ google }) => google.idToken({ signWith: "foreign" }),
  ),
  token(
    "G-006",
    "an unknown key, and expired too",
    "bad_signature",
    ({ google }) =>
      google.idToken({ signWith: "foreign", issuedSecondsAgo: 7200 }),
  ),
  token(
    "G-006",
    "an unknown key with the kid of Google's next key",
    "bad_signature",
    ({ google }) => google.idToken({ key: "next", signWith: "foreign" }),
  ),
  token(
    "G-006",
    "Google's own key with the kid of its next one",
    "bad_signature",
    ({ google }) =>
      google.idToken({ key: "next", signWith: google.keys.current }),
  ),
  ...ownKeys.map(([name, make]) =>
    token(
      "G-006",
      `the attacker's ${name} key with Google's kid`,
      "bad_signature",
      ({ google }) => google.idToken({ signWith: make() }),
    ),
  ),
];
