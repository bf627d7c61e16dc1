import { Clock } from "../../src/index";
import type { AdmittedCase } from "./admitted-case";
import { type HostileCase, token } from "./hostile-case";
import { withClaimsText } from "./token-forgery";
import type { Target } from "./target";

type Seconds = (target: Target) => number;

/** The service's time; its clock may be frozen. */
const now: Seconds = ({ service }) => service.app.get(Clock).nowSeconds();

const day = 86_400;

/** Values that are not a time in whole seconds after 1970. */
const noTimes: [string, (right: number) => unknown][] = [
  ["null", () => null],
  ["true", () => true],
  ["false", () => false],
  ["0", () => 0],
  ["-1", () => -1],
  ["the right time, negative", (right) => -right],
  ["a fraction", (right) => right + 0.5],
  ["a small fraction", (right) => right + 1e-6],
  ["a string", (right) => String(right)],
  ["a string with spaces", (right) => ` ${right} `],
  ["an ISO date", (right) => new Date(right * 1000).toISOString()],
  ["an empty string", () => ""],
  ["NaN, as a string", () => "NaN"],
  ["Infinity, as a string", () => "Infinity"],
  ["an array of the right time", (right) => [right]],
  ["an empty array", () => []],
  ["an object", (right) => ({ seconds: right })],
  ["an object with valueOf", (right) => ({ valueOf: right })],
  ["2^53", () => 2 ** 53],
  ["1e300", () => 1e300],
];

/** JSON notations of numbers that replace the claim's value. */
const written: [string, (right: number) => string][] = [
  ["with a fraction of zero and a bit", (right) => `${right}.000001`],
  ["as 1e400", () => "1e400"],
  ["as -1e400", () => "-1e400"],
  ["as -0", () => "-0"],
  ["as 1e-7", () => "1e-7"],
  ["with 400 digits", () => "9".repeat(400)],
];

const claims = [
  { name: "exp", reason: "expiry_invalid", ahead: 3600 },
  { name: "iat", reason: "issued_at_invalid", ahead: 0 },
  { name: "nbf", reason: "not_before_invalid", ahead: -300 },
];

export const timeCases: HostileCase[] = [
  ...claims.flatMap(({ name, reason, ahead }) => [
    ...noTimes.map(([what, spoil]) =>
      token("G-042", `${name} ${what}`, reason, (target) =>
        target.google.idToken({
          claims: { [name]: spoil(now(target) + ahead) },
        }),
      ),
    ),
    ...written.map(([what, write]) =>
      token("G-042", `${name} ${what}`, reason, (target) =>
        withClaimsText(target.google, (json) =>
          json.replace(
            new RegExp(`("${name}":)\\d+`),
            (_match, start) => `${String(start)}${write(now(target) + ahead)}`,
          ),
        ),
      ),
    ),
  ]),
  of("G-042", "no exp", "expiry_invalid", () => ({ exp: undefined })),
  of("G-042", "no iat", "issued_at_invalid", () => ({ iat: undefined })),
  of("G-042", "neither exp nor iat", "issued_at_invalid", () => ({
    exp: undefined,
    iat: undefined,
  })),
  of("G-042", "exp in milliseconds", "lifetime_too_long", (seconds) => ({
    exp: (seconds + 3600) * 1000,
  })),
  of("G-042", "iat in milliseconds", "issued_in_future", (seconds) => ({
    iat: seconds * 1000,
  })),
  of("G-042", "nbf in milliseconds", "not_yet_valid", (seconds) => ({
    nbf: seconds * 1000,
  })),
  of("G-042", "the largest exp", "lifetime_too_long", () => ({
    exp: Number.MAX_SAFE_INTEGER,
  })),
  of("G-042", "exp equal to iat", "expiry_invalid", (seconds) => ({
    exp: seconds,
  })),
  of("G-042", "exp before iat", "expiry_invalid", (seconds) => ({
    iat: seconds,
    exp: seconds - 1,
  })),
  of("G-044", "a lifetime of 24 hours", "lifetime_too_long", (seconds) => ({
    exp: seconds + day,
  })),
  of("G-044", "a lifetime of a year", "lifetime_too_long", (seconds) => ({
    exp: seconds + 365 * day,
  })),
  of(
    "G-044",
    "a lifetime of two hours and a second",
    "lifetime_too_long",
    (s) => ({
      exp: s + 7201,
    }),
  ),
  of("G-044", "a long lifetime, half of it over", "lifetime_too_long", (s) => ({
    iat: s - 7200,
    exp: s + 3600,
  })),
  of("G-045", "issued a day in the future", "issued_in_future", (seconds) => ({
    iat: seconds + day,
    exp: seconds + day + 3600,
  })),
  of("G-045", "valid from tomorrow", "not_yet_valid", (seconds) => ({
    nbf: seconds + day,
  })),
  of("G-045", "nbf as in Google's sample", "not_yet_valid", () => ({
    nbf: 161_803_398_874,
  })),
  expired("expired a day ago", -day),
  expired("expired an hour ago", -3600),
  expired("expired five minutes ago, as the library would allow", -299),
];

function of(
  id: string,
  name: string,
  reason: string,
  change: (seconds: number) => Record<string, unknown>,
): HostileCase {
  return token(id, name, reason, (target) =>
    target.google.idToken({ claims: change(now(target)) }),
  );
}

/**
 * Genuine but expired: the only refusal that a client can fix with a new token.
 */
function expired(name: string, ahead: number): HostileCase {
  return {
    ...token("G-040", name, "expired", (target) => {
      const exp = now(target) + ahead;
      return target.google.idToken({ claims: { iat: exp - 3600, exp } });
    }),
    code: "token_expired",
  };
}

/** The default of CLOCK_SKEW_SECONDS. */
const skew = 60;

/** For a frozen clock. */
export const edgeCases: HostileCase[] = [
  expired("expired a second beyond the skew", -skew - 1),
  expired("expired exactly at the end of the skew", -skew),
  of("G-040", "issued a second beyond the skew", "issued_in_future", (s) => ({
    iat: s + skew + 1,
    exp: s + 3600,
  })),
  of("G-040", "valid from a second beyond the skew", "not_yet_valid", (s) => ({
    nbf: s + skew + 1,
  })),
];

/** For a frozen clock: one second inside each limit, they sign in. */
export const goodEdgeCases: AdmittedCase[] = (
  [
    ["expires right now", { iat: -3600, exp: 0 }],
    ["expired a second ago", { iat: -3600, exp: -1 }],
    ["expired in the last second of the skew", { iat: -3600, exp: 1 - skew }],
    ["issued at the end of the skew", { iat: skew, exp: 3600 }],
    ["valid from the end of the skew", { nbf: skew }],
  ] as const
).map(([name, claims]) => ({
  id: "G-040",
  name,
  options: (target) => ({
    claims: Object.fromEntries(
      Object.entries(claims).map(([claim, ahead]) => [
        claim,
        now(target) + ahead,
      ]),
    ),
  }),
}));
