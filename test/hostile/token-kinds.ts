import { createPublicKey } from "node:crypto";
import { SigningKeys } from "../../src/index";
import type { Target } from "./target";
import {
  decode,
  encode,
  googleHeader,
  hmac,
  segmentsOf,
} from "./token-forgery";

/**
 * The verifiers of tokens; every endpoint that takes a token uses one of them.
 */
export type Verifier = "sign-in" | "guard";

/** The secret that the test service derives its keys from. */
const secretKey = "only for tests: 8b1f4c0d9e7a6352f1e0";

/** The tokens of one signed-in administrator. */
export interface OwnTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/**
 * A kind of token, and the reason each verifier refuses it; `null` if accepted.
 */
export interface TokenKind {
  readonly name: string;
  readonly mint: (target: Target, own: OwnTokens) => string | Promise<string>;
  readonly refusals: Readonly<Record<Verifier, string | null>>;
}

/** A token that does not have the form of our access tokens. */
function foreign(
  name: string,
  signIn: string,
  mint: TokenKind["mint"],
): TokenKind {
  return {
    name,
    mint,
    refusals: { "sign-in": signIn, guard: "malformed_token" },
  };
}

/** A JWT with an algorithm that our access tokens may use; its type differs. */
function otherJwt(
  name: string,
  signIn: string | null,
  mint: TokenKind["mint"],
): TokenKind {
  return { name, mint, refusals: { "sign-in": signIn, guard: "wrong_type" } };
}

/** Our access token with changes, signed by our own key. */
function resigned(
  name: string,
  guard: string,
  changes: {
    readonly header?: Readonly<Record<string, unknown>>;
    readonly claims?: Readonly<Record<string, unknown>>;
  },
): TokenKind {
  return {
    name,
    refusals: { "sign-in": "algorithm_not_allowed", guard },
    mint: async ({ service }, { accessToken }) => {
      const { header, claims } = partsOf(accessToken);
      const input = [
        encode({ ...header, ...changes.header }),
        encode({ ...claims, ...changes.claims }),
      ].join(".");
      const key = service.app.get(SigningKeys).current();
      return `${input}.${encode(await key.sign(Buffer.from(input)))}`;
    },
  };
}

/**
 * Our claims signed by HMAC; anyone with its key could impersonate any user.
 */
function withHmac(
  name: string,
  key: (target: Target) => string | Buffer,
): TokenKind {
  return foreign(name, "algorithm_not_allowed", (target, { accessToken }) => {
    const { header, claims } = partsOf(accessToken);
    const input = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
    return `${input}.${encode(hmac(256, key(target))(input))}`;
  });
}

function partsOf(token: string) {
  const [header, claims] = segmentsOf(token);
  return {
    header: JSON.parse(decode(header)) as Record<string, unknown>,
    claims: JSON.parse(decode(claims)) as Record<string, unknown>,
  };
}

function publicPem({ service }: Target): string {
  const [key = {}] = service.app.get(SigningKeys).published();
  return createPublicKey({ key, format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
}

/** Real tokens that a client may present at the wrong endpoint. */
export const tokenKinds: TokenKind[] = [
  otherJwt("a Google ID token", null, ({ google, known }) =>
    google.idToken({ account: known }),
  ),
  otherJwt("a Google service account's token", "service_account", (target) =>
    target.google.serviceAccountToken(),
  ),
  otherJwt("a Google security event token", "security_event_token", (target) =>
    target.google.securityEventToken(),
  ),
  {
    name: "our access token",
    mint: (_target, { accessToken }) => accessToken,
    refusals: { "sign-in": "algorithm_not_allowed", guard: null },
  },
  foreign(
    "our refresh token",
    "malformed_token",
    (_target, { refreshToken }) => refreshToken,
  ),
  foreign(
    "Google's OAuth access token",
    "malformed_token",
    () => `ya29.${"a0AfH6SMB".repeat(20)}`,
  ),
  foreign(
    "Google's OAuth refresh token",
    "malformed_token",
    () => `1//0g${"aBcDeFgH".repeat(12)}`,
  ),
  foreign(
    "Google's authorization code",
    "malformed_token",
    () => `4/0A${"bCdEfGhI".repeat(8)}`,
  ),
  otherJwt("a Firebase ID token", "unknown_key", async ({ google }) =>
    google.idToken({
      key: await google.keys.foreign(),
      claims: {
        iss: "https://securetoken.google.com/our-project",
        aud: "our-project",
        azp: undefined,
      },
    }),
  ),
  otherJwt("an IAP assertion", "algorithm_not_allowed", ({ google }) =>
    google.idToken({
      header: { alg: "ES256" },
      claims: { iss: "https://cloud.google.com/iap" },
    }),
  ),
  otherJwt("a JWT of another service", "unknown_key", async ({ google }) =>
    google.idToken({ key: await google.keys.foreign() }),
  ),
  withHmac("our claims signed with SECRET_KEY", () => secretKey),
  foreign(
    "Google's claims signed with SECRET_KEY",
    "algorithm_not_allowed",
    async ({ google }) => {
      const [, claims] = segmentsOf(await google.idToken());
      const input = `${encode(googleHeader(google, { alg: "HS256" }))}.${claims}`;
      return `${input}.${encode(hmac(256, secretKey)(input))}`;
    },
  ),
  foreign("SECRET_KEY itself", "malformed_token", () =>
    secretKey.replaceAll(" ", "_"),
  ),
];

const past = 1_700_000_000;
const future = 4_000_000_000;

/** Forged access tokens, A-001 to A-016. */
export const forgedAccessTokens: TokenKind[] = [
  ...["none", "None", "nOnE"].map((alg) =>
    foreign(`unsigned (${alg})`, "malformed_token", (_target, own) => {
      const { header, claims } = partsOf(own.accessToken);
      return `${encode({ ...header, alg })}.${encode(claims)}.`;
    }),
  ),
  withHmac("signed by HMAC with our public key", publicPem),
  withHmac("signed by HMAC with an empty key", () => ""),
  {
    name: "signed by Google",
    mint: ({ google }, { accessToken }) =>
      google.idToken({
        header: { typ: "at+jwt" },
        rawPayload: JSON.stringify(partsOf(accessToken).claims),
      }),
    refusals: { "sign-in": "type_not_allowed", guard: "unknown_key" },
  },
  {
    name: "with our kid, by another key and another algorithm",
    mint: ({ google }, { accessToken }) =>
      google.idToken({
        header: { ...partsOf(accessToken).header, alg: "RS256" },
        rawPayload: JSON.stringify(partsOf(accessToken).claims),
      }),
    refusals: { "sign-in": "type_not_allowed", guard: "not_accepted" },
  },
  resigned("of another issuer", "not_accepted", {
    claims: { iss: "https://accounts.google.com" },
  }),
  resigned("for another audience", "not_accepted", {
    claims: { aud: "other" },
  }),
  resigned("for several audiences", "not_accepted", {
    claims: { aud: ["a", "b"] },
  }),
  resigned("without an audience", "not_accepted", {
    claims: { aud: undefined },
  }),
  resigned("that has expired", "not_accepted", { claims: { exp: past } }),
  resigned("that never expires", "claims_invalid", {
    claims: { exp: undefined },
  }),
  resigned("whose exp is a string", "not_accepted", {
    claims: { exp: String(future) },
  }),
  resigned("whose exp is null", "not_accepted", { claims: { exp: null } }),
  resigned("whose exp is a fraction", "claims_invalid", {
    claims: { exp: future + 0.5 },
  }),
  resigned("not yet valid", "not_accepted", { claims: { nbf: future } }),
  resigned("issued in the future", "issued_in_future", {
    claims: { iat: future, exp: future + 900 },
  }),
  resigned("without a user", "claims_invalid", { claims: { sub: undefined } }),
  resigned("with SQL as the user", "claims_invalid", {
    claims: { sub: "' OR '1'='1" },
  }),
  resigned("without a session", "claims_invalid", {
    claims: { sid: undefined },
  }),
  resigned("with roles as a string", "claims_invalid", {
    claims: { roles: "admin" },
  }),
  resigned("of type JWT", "wrong_type", { header: { typ: "JWT" } }),
  resigned("without a type", "wrong_type", { header: { typ: undefined } }),
  resigned("with a refresh token's type", "wrong_type", {
    header: { typ: "rt+jwt" },
  }),
  resigned("of an unknown key", "unknown_key", { header: { kid: "another" } }),
  resigned("of the key __proto__", "unknown_key", {
    header: { kid: "__proto__" },
  }),
  resigned("without a key id", "malformed_token", {
    header: { kid: undefined },
  }),
  resigned("with a critical extension", "malformed_token", {
    header: { crit: ["exp"] },
  }),
];
