import { cleanText } from "../common/clean-text";
import type { VerifiedIdentity } from "./verified-identity";

/*
 * The rules for individual claims, which are the same for all providers.
 */

type Claims = Readonly<Record<string, unknown>>;

/** A subject: 1–255 printable ASCII characters. Never a number, which would lose digits. */
export function isSubject(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]{1,255}$/.test(value);
}

/** A nonce: at most 512 characters, all of which can be stored. */
export function isNonce(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= 512 &&
    cleanText(value) === value
  );
}

/** An e-mail address, at most 320 characters. */
export function isEmail(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value.length <= 320 &&
    /^[^\s@]+@[^\s@]+$/.test(value) &&
    // A character that cannot be stored as sent would make it another address.
    cleanText(value) === value
  );
}

/** A hosted domain, in any case. */
export function isHostedDomain(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9.-]{1,253}$/.test(value);
}

/** A time in whole seconds since 1970. */
export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/**
 * What a provider reports about a person in addition to the e-mail address; any
 * of it may be missing.
 */
export type ClaimedProfile = Pick<
  VerifiedIdentity,
  "name" | "givenName" | "familyName" | "picture" | "locale"
>;

/**
 * @param claims of an ID token or from userinfo; values that cannot be
 * displayed become null
 */
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
  // URL alone would accept spaces around it, and "https:x" without a host.
  if (!/^https:\/\/\S+$/i.test(value)) return null;
  const url = urlOf(value);
  // "https://google.com@evil.example/" shows one host and leads to another.
  if (url?.username !== "" || url.password !== "") return null;
  return cleanText(value) === value ? value : null;
}

/** Not by URL.canParse: on Node 20 and 22, once optimized, it rejects hosts with an é. */
function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The text cleaned for storage and display, at most `limit` code points. */
function textOf(value: unknown, limit: number): string | null {
  if (typeof value !== "string") return null;
  const clean = cleanText(value).trim();
  return Array.from(clean).slice(0, limit).join("") || null;
}
