import { AuthError } from "../common/auth-error";
import { cleanText } from "../common/clean-text";
import type { VerifiedIdentity } from "./verified-identity";

/*
 * What is made of single claims, whoever they come from: so the identities of
 * all providers keep the same rules.
 */

type Claims = Readonly<Record<string, unknown>>;

/**
 * A subject as it is spelled, 1–255 printable ASCII characters: never a number,
 * which would lose digits.
 *
 * @throws AuthError `invalid_token`
 */
export function subjectOf(value: unknown): string {
  if (typeof value !== "string" || !/^[\x21-\x7e]{1,255}$/.test(value)) {
    refuse("subject_invalid");
  }
  return value;
}

/**
 * A nonce, at most 512 characters; null when there is none.
 *
 * @throws AuthError `invalid_token`
 */
export function nonceOf(value: unknown): string | null {
  if (value === undefined) return null;
  if (
    typeof value !== "string" ||
    value.length > 512 ||
    cleanText(value) !== value
  ) {
    refuse("nonce_invalid");
  }
  return value;
}

/**
 * An address as it is spelled; null when there is none.
 *
 * @throws AuthError `invalid_token`
 */
export function emailOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value.length > 320) refuse("email_invalid");
  // A character that cannot be stored as sent would make it another address.
  if (!/^[^\s@]+@[^\s@]+$/.test(value) || cleanText(value) !== value) {
    refuse("email_invalid");
  }
  return value;
}

/**
 * A hosted domain in lower case; null when there is none.
 *
 * @throws AuthError `invalid_token`
 */
export function hostedDomainOf(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value !== "string" || !/^[A-Za-z0-9.-]{1,253}$/.test(value)) {
    refuse("hosted_domain_invalid");
  }
  return value.toLowerCase();
}

/** What a provider shows of a person beside the address; none of it is ever certain to be there. */
export type ClaimedProfile = Pick<
  VerifiedIdentity,
  "name" | "givenName" | "familyName" | "picture" | "locale"
>;

/** @param claims of an ID token, or an answer of userinfo; what is not fit to be shown is left out */
export function profileFromClaims(claims: Claims): ClaimedProfile {
  return {
    name: textOf(claims.name, 256),
    givenName: textOf(claims.given_name, 128),
    familyName: textOf(claims.family_name, 128),
    picture: pictureOf(claims.picture),
    locale: textOf(claims.locale, 35),
  };
}

function pictureOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > 2048) return null;
  // The parser alone would take blanks around it, and "https:x" without a host.
  if (!/^https:\/\/\S+$/i.test(value) || !URL.canParse(value)) return null;
  // "https://google.com@evil.example/" shows one host and leads to another.
  const { username, password } = new URL(value);
  if (username !== "" || password !== "") return null;
  return cleanText(value) === value ? value : null;
}

/** A text made fit for storage and display, at most `limit` code points. */
function textOf(value: unknown, limit: number): string | null {
  if (typeof value !== "string") return null;
  const clean = cleanText(value).trim();
  return Array.from(clean).slice(0, limit).join("") || null;
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
