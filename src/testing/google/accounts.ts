import { randomBytes, randomInt } from "node:crypto";

/**
 * The claims of a Google account in one sign-in. An absent field is a claim
 * that Google does not send, because of the requested scopes or the kind of
 * account.
 */
export interface GoogleAccount {
  /** The account's only key: about 21 decimal digits, never a number. */
  readonly sub: string;
  /** Absent if the `email` scope was not requested. */
  readonly email?: string;
  /** Only sent with `email`. */
  readonly emailVerified?: boolean;
  /** The hosted domain: only Workspace and Cloud Identity accounts have one. */
  readonly hd?: string;
  /** Absent, like the three below, if the `profile` scope was not requested. */
  readonly name?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  /** A URL that does not resolve, because nothing may fetch it. */
  readonly picture?: string;
}

/** The names of the predefined accounts. */
export type GoogleAccountName =
  | "consumer"
  | "workspace"
  | "unverifiedEmail"
  | "thirdPartyEmail"
  | "noProfile"
  | "noEmail";

/**
 * A predefined account for each kind that a backend must distinguish, according
 * to when Google is authoritative for an address:
 * https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
export const googleAccounts: Readonly<
  Record<GoogleAccountName, GoogleAccount>
> = Object.freeze({
  /** A Gmail user: Google is authoritative for the address. */
  consumer: Object.freeze({
    sub: "108204268033311374519",
    email: "ada@gmail.com",
    emailVerified: true,
    ...profile("Ada", "Lovelace"),
  }),
  /** A Workspace user: verified and with `hd`, so Google is authoritative. */
  workspace: Object.freeze({
    sub: "113774901853027741698",
    email: "grace@navy.example",
    emailVerified: true,
    hd: "navy.example",
    ...profile("Grace", "Hopper"),
  }),
  /** An address that was never verified. */
  unverifiedEmail: Object.freeze({
    sub: "101736250498817263540",
    email: "mallory@elsewhere.example",
    emailVerified: false,
    ...profile("Mallory", "Unproven"),
  }),
  /** A third-party address, verified once: Google is not authoritative. */
  thirdPartyEmail: Object.freeze({
    sub: "117053829164470952836",
    email: "alan@bletchley.example",
    emailVerified: true,
    ...profile("Alan", "Turing"),
  }),
  /** Signed in without the `profile` scope: no name, no picture. */
  noProfile: Object.freeze({
    sub: "104961782250339148075",
    email: "katherine@gmail.com",
    emailVerified: true,
  }),
  /** Signed in without the `email` scope: no address. */
  noEmail: Object.freeze({
    sub: "115528830476192603347",
    ...profile("Edsger", "Dijkstra"),
  }),
});

/**
 * A new consumer account with a random `sub` and Gmail address.
 *
 * @param overrides fields to replace; `undefined` removes a field
 */
export function newAccount(
  overrides: Partial<GoogleAccount> = {},
): GoogleAccount {
  const tag = randomBytes(5).toString("hex");
  return {
    sub: randomSubject(),
    email: `user.${tag}@gmail.com`,
    emailVerified: true,
    ...profile("User", tag),
    ...overrides,
  };
}

/** A random subject in Google's format: 21 digits, the first one is 1. */
export function randomSubject(): string {
  const digits = Array.from({ length: 20 }, () => randomInt(10));
  return `1${digits.join("")}`;
}

function profile(givenName: string, familyName: string) {
  return {
    name: `${givenName} ${familyName}`,
    givenName,
    familyName,
    picture: `https://lh3.googleusercontent.com/a/emulated-${familyName.toLowerCase()}=s96-c`,
  };
}
