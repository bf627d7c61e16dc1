import type { GoogleEmulator } from "../../src/testing/google/emulator";
import { type HostileCase, token } from "./hostile-case";
import { noTexts } from "./near-misses";

import { withClaimsText, withMember } from "./token-forgery";

/** Strings that are not a subject of 1 to 255 visible ASCII characters. */
const noSubjects: [string, string][] = [
  ["empty", ""],
  ["a space", " "],
  ["256 digits", "1".repeat(256)],
  ["4,000 digits", "1".repeat(4000)],
  ["digits and a space", "108204268033311374519 "],
  ["digits after a space", " 108204268033311374519"],
  ["digits and a newline", "108204268033311374519\n"],
  ["digits and a NUL", "108204268033311374519\u0000"],
  ["digits and a DEL", "108204268033311374519\u007f"],
  ["digits and a zero-width space", "108204268033311374519\u200b"],
  ["digits and a lone surrogate", "108204268033311374519\ud800"],
  ["full-width digits", "１０８２０４"],
  ["Arabic digits", "١٠٨٢٠٤"],
  ["a letter beyond ASCII", "straße"],
  ["an emoji", "🧑"],
  ["SQL", "1' OR '1'='1"],
  ["more SQL", "1; DROP TABLE google_auth.users"],
  ["a right-to-left override", "\u202e915473113330862402801"],
];

/** Objects that some databases treat as a condition instead of a value. */
const operators: unknown[] = [
  { $ne: null },
  { $gt: "" },
  { $regex: ".*" },
  { "@instanceof": "FindOperator", _type: "not", _value: null },
  { sub: "108204268033311374519" },
];

const odd = (id: string, name: string, reason: string, claims: object) =>
  token(id, name, reason, ({ google, known }) =>
    google.idToken({ account: known, claims: { ...claims } }),
  );

export const subjectCases: HostileCase[] = [
  odd("G-060", "no sub", "subject_invalid", { sub: undefined }),
  token("G-060", "neither sub nor e-mail", "subject_invalid", ({ google }) =>
    google.idToken({ account: "noEmail", claims: { sub: undefined } }),
  ),
  ...noTexts.map(([what, spoil]) =>
    token("G-060", `sub ${what}`, "subject_invalid", ({ google, known }) =>
      google.idToken({ account: known, claims: { sub: spoil(known.sub) } }),
    ),
  ),
  token("G-061", "sub as a number", "subject_invalid", ({ google, known }) =>
    withClaimsText(
      google,
      (json) => json.replace(`"sub":"${known.sub}"`, `"sub":${known.sub}`),
      { account: known },
    ),
  ),
  ...noSubjects.map(([what, sub]) =>
    odd("G-062", `sub ${what}`, "subject_invalid", { sub }),
  ),
  ...operators.map((sub) =>
    odd("G-060", `sub ${JSON.stringify(sub)}`, "subject_invalid", { sub }),
  ),
  ...['"__proto__":{"sub":"1"}', '"constructor":{"sub":"1"}'].map((member) =>
    token("G-066", `sub by way of ${member}`, "subject_invalid", (target) =>
      withClaimsText(target.google, (json) => withMember(json, member), {
        account: target.known,
        claims: { sub: undefined },
      }),
    ),
  ),
];

export const nonceCases: HostileCase[] = [
  ...noTexts.map(([what, spoil]) =>
    odd("G-075", `nonce ${what}`, "nonce_invalid", { nonce: spoil("n-1") }),
  ),
  ...(
    [
      ["513 characters long", "n".repeat(513)],
      ["with a NUL", "n\u0000"],
      ["with a newline", "n\n1"],
      ["with a lone surrogate", "n\ud800"],
      ["with a right-to-left override", "n\u202e1"],
    ] as const
  ).map(([what, nonce]) =>
    odd("G-075", `nonce ${what}`, "nonce_invalid", { nonce }),
  ),
  token("G-075", "a nonce of 10 kB", "token_too_large", ({ google }) =>
    google.idToken({ nonce: "n".repeat(7000) }),
  ),
];

/**
 * Tokens that Google or another issuer signs for purposes other than a sign-in.
 */
export const otherTokenCases: HostileCase[] = [
  token("J-012", "a security event token", "security_event_token", (target) =>
    target.google.securityEventToken({ account: target.known }),
  ),
  token(
    "J-012",
    "a security event token with the issuer of an ID token",
    "security_event_token",
    ({ google, known }) =>
      google.securityEventToken({
        account: known,
        claims: {
          iss: "https://accounts.google.com",
          sub: known.sub,
          exp: 9_999_999_999,
        },
      }),
  ),
  token(
    "J-012",
    "a security event token by its type",
    "type_not_allowed",
    ({ google }) =>
      google.securityEventToken({ header: { typ: "secevent+jwt" } }),
  ),
  ...[null, {}, [], "x", false].map((events) =>
    odd(
      "J-012",
      `an ID token with events ${JSON.stringify(events)}`,
      "security_event_token",
      { events },
    ),
  ),
  token("J-012", "a logout token", "type_not_allowed", ({ google }) =>
    google.securityEventToken({
      header: { typ: "logout+jwt" },
      eventType: "http://schemas.openid.net/event/backchannel-logout",
    }),
  ),
  odd("J-012", "a Firebase ID token signed by Google's key", "wrong_issuer", {
    iss: "https://securetoken.google.com/our-project",
    aud: "our-project",
    azp: undefined,
    firebase: { sign_in_provider: "google.com" },
  }),
  odd("J-012", "an IAP token signed by Google's key", "wrong_issuer", {
    iss: "https://cloud.google.com/iap",
    aud: "/projects/1/apps/our-project",
  }),
  token("J-012", "an IAP token", "algorithm_not_allowed", ({ google }) =>
    google.idToken({
      header: { alg: "ES256" },
      claims: { iss: "https://cloud.google.com/iap" },
    }),
  ),
  odd(
    "J-012",
    "a Pub/Sub push token without e-mail",
    "wrong_authorized_party",
    {
      azp: "110248495921238986420",
      email: undefined,
      email_verified: undefined,
    },
  ),
];

/**
 * Tokens of service accounts: any Google Cloud customer can get them for our
 * audience.
 */
const serviceAccounts: [string, (google: GoogleEmulator) => Promise<string>][] =
  [
    ["as Google mints it", (google) => google.serviceAccountToken()],
    ...[
      "our-project@appspot.gserviceaccount.com",
      "123-compute@developer.gserviceaccount.com",
      "service-1@cloudservices.gserviceaccount.com",
      "ROBOT@PROJECT.IAM.GSERVICEACCOUNT.COM",
      "robot@project.iam.GServiceAccount.Com",
    ].map((email): (typeof serviceAccounts)[number] => [
      email,
      (google) => google.serviceAccountToken({ email }),
    ]),
    ...[
      "robot@p.iam.gserviceaccount.com",
      "1-x@developer.gserviceaccount.com",
    ].map((azp): (typeof serviceAccounts)[number] => [
      `by azp ${azp}, with a person's e-mail`,
      (google) => google.serviceAccountToken({ azp, email: "ada@corp.com" }),
    ]),
    [
      "whose azp is our own app",
      (google) => google.serviceAccountToken({ azp: google.clientIds[0] }),
    ],
    [
      "without azp",
      (google) => google.serviceAccountToken({ claims: { azp: undefined } }),
    ],
    [
      "whose e-mail is not verified",
      (google) =>
        google.serviceAccountToken({ claims: { email_verified: false } }),
    ],
  ];

export const serviceAccountCases: HostileCase[] = serviceAccounts.map(
  ([what, mint]) => ({
    ...token(
      "J-013",
      `a service account ${what}`,
      "service_account",
      (target) => mint(target.google),
    ),
    status: 403,
    code: "service_account_not_allowed",
  }),
);
