import type { AuthErrorCode } from "../../src/index";
import { type HostileCase, token } from "./hostile-case";
import { noTexts } from "./near-misses";

const invalidEmails: [string, string][] = [
  ["empty", ""],
  ["without an @", "ada.corp.com"],
  ["with two @", "ada@evil.example@corp.com"],
  ["a list", "ada@corp.com,eve@evil.example"],
  ["a list with semicolons", "ada@corp.com;eve@evil.example"],
  ["a list with spaces", "ada@corp.com eve@evil.example"],
  ["with a display name", "Ada <ada@corp.com>"],
  ["without a local part", "@corp.com"],
  ["without a domain", "ada@"],
  ["an @", "@"],
  ["quoted, with an @ inside", '"ada@corp.com"@evil.example'],
  ["quoted, with a space inside", '"ada l"@corp.com'],
  ["with a trailing space", "ada@corp.com "],
  ["with a leading space", " ada@corp.com"],
  ["with a trailing newline", "ada@corp.com\n"],
  ["with a trailing header", "ada@corp.com\r\nBcc: eve@evil.example"],
  ["with a NUL", "ada@corp.com\u0000.evil.example"],
  ["with a DEL", "ada\u007f@corp.com"],
  ["with a tab", "ada@corp\t.com"],
  ["with a no-break space", "ada@corp.com\u00a0"],
  ["with a line separator", "ada@corp.com\u2028"],
  ["with a lone surrogate", "ada\ud800@corp.com"],
  ["with a right-to-left override", "ada\u202e@corp.com"],
  ["with a byte order mark", "ada@corp.com\ufeff"],
  ["321 characters long", `${"a".repeat(312)}@corp.com`],
  ["4,000 characters long", `${"a".repeat(4000)}@corp.com`],
  ["undefined, as a string", "undefined"],
  ["null, as a string", "null"],
];

/**
 * Without `null`, which is a separate case: some clients send it for "none".
 */
const noEmails = noTexts.filter(([what]) => what !== "null");

export const emailCases: HostileCase[] = [
  ...invalidEmails.map(([what, email]) =>
    token("G-082", `email ${what}`, "email_invalid", ({ google, known }) =>
      google.idToken({ account: known, claims: { email } }),
    ),
  ),
  ...noEmails.map(([what, spoil]) =>
    token("G-082", `email ${what}`, "email_invalid", ({ google, known }) =>
      google.idToken({
        account: known,
        claims: { email: spoil(known.email ?? "") },
      }),
    ),
  ),
];

const invalidDomains: [string, string][] = [
  ["empty", ""],
  ["with a trailing space", "corp.com "],
  ["with a trailing newline", "corp.com\n"],
  ["with a NUL", "corp.com\u0000"],
  ["with a slash", "corp.com/"],
  ["with an @", "@corp.com"],
  ["with a port", "corp.com:443"],
  ["a list", "evil.example,corp.com"],
  ["a wildcard", "*.corp.com"],
  ["a URL", "https://corp.com"],
  ["with a Cyrillic o", "cоrp.com"],
  ["in full-width letters", "ｃｏｒｐ.com"],
  ["with a zero-width space", "corp\u200b.com"],
  ["with an ideographic full stop", "corp。com"],
  ["254 characters long", `${"a".repeat(250)}.com`],
];

export const hostedDomainFormCases: HostileCase[] = [
  ...invalidDomains,
  ...noTexts.map(([what, spoil]): [string, unknown] => [
    what,
    spoil("corp.com"),
  ]),
].map(([what, hd]) =>
  token("G-084", `hd ${what}`, "hosted_domain_invalid", ({ google, known }) =>
    google.idToken({ account: known, claims: { hd } }),
  ),
);

/** A valid token that the policy refuses: 403, with the reason as the code. */
function forbidden(
  id: string,
  name: string,
  code: AuthErrorCode,
  claims: Readonly<Record<string, unknown>>,
): HostileCase {
  return {
    ...token(id, name, "", ({ google }) =>
      google.idToken({ account: "thirdPartyEmail", claims }),
    ),
    status: 403,
    code,
    reason: undefined,
  };
}

/** Values other than the JSON value `true`. */
export const notTrue: [string, unknown][] = [
  ["false", false],
  ["absent", undefined],
  ["null", null],
  ...["true", "false", "TRUE", "True", "1", "yes", "verified", ""].map(
    (text): [string, unknown] => [`the string ${JSON.stringify(text)}`, text],
  ),
  ["1", 1],
  ["0", 0],
  ["2", 2],
  ["an empty array", []],
  ["true in an array", [true]],
  ["an empty object", {}],
  ["true in an object", { value: true }],
];

export const unverifiedCases: HostileCase[] = [
  ...notTrue.map(([what, email_verified]) =>
    forbidden("G-080", `email_verified ${what}`, "email_not_verified", {
      email_verified,
    }),
  ),
  forbidden("G-081", "no e-mail", "email_not_verified", {
    email: undefined,
    email_verified: undefined,
  }),
  forbidden("G-081", "no e-mail, but verified", "email_not_verified", {
    email: undefined,
  }),
  forbidden("G-081", "a null e-mail, but verified", "email_not_verified", {
    email: null,
  }),
  forbidden("G-081", "verified under other names", "email_not_verified", {
    email_verified: undefined,
    emailVerified: true,
    verified_email: true,
    Email_Verified: true,
  }),
];

/** For a service that admits the domains corp.com and other.example. */
export const foreignDomainCases: HostileCase[] = [
  forbidden("G-085", "no hd", "hosted_domain_not_allowed", {}),
  forbidden("G-085", "no hd, e-mail @corp.com", "hosted_domain_not_allowed", {
    email: "ada@corp.com",
  }),
  ...[
    "corp.co",
    "orp.com",
    "corp.com.evil.example",
    "evilcorp.com",
    "evil-corp.com",
    "sub.corp.com",
    "corp.com.",
    ".corp.com",
    "corp-com",
    "corpxcom",
    "com",
    "gmail.com",
    "other.example.com",
    "constructor",
    "undefined",
    "xn--crp-5cd.com",
  ].map((hd) =>
    forbidden("G-088", `hd ${hd}`, "hosted_domain_not_allowed", {
      hd,
      email: "ada@corp.com",
    }),
  ),
  forbidden(
    "G-085",
    "no hd and an unverified e-mail",
    "hosted_domain_not_allowed",
    { email: "ada@corp.com", email_verified: false },
  ),
];

/** For a service with sign-up closed: new accounts are refused. */
export const strangerCases: HostileCase[] = [
  forbidden("G-099", "a new account", "sign_up_not_allowed", {}),
  forbidden("G-099", "a new account of corp.com", "sign_up_not_allowed", {
    hd: "corp.com",
  }),
  forbidden(
    "G-090",
    "a new account with a known user's e-mail",
    "sign_up_not_allowed",
    { email: "ada@corp.com", hd: "corp.com" },
  ),
];
