import { cleanText } from "../../common/clean-text";
import { isSubject, isTime } from "../claim-values";
import { googleIssuer } from "./id-token.claims";
import { SecurityEventRefusal } from "./security-event-refusal";

const risc = "https://schemas.openid.net/secevent/risc/event-type/";
const oauth = "https://schemas.openid.net/secevent/oauth/event-type/";
const legacy = "https://accounts.google.com/risc/event/";

/**
 * Short names of Google's events, by their URI. The last ones are URIs that Google
 * used before and still lists.
 *
 * @see https://developers.google.com/identity/protocols/risc#supported_event_types
 */
export const securityEventTypes = {
  [`${risc}sessions-revoked`]: "sessions-revoked",
  [`${oauth}tokens-revoked`]: "tokens-revoked",
  [`${oauth}token-revoked`]: "token-revoked",
  [`${risc}account-disabled`]: "account-disabled",
  [`${risc}account-enabled`]: "account-enabled",
  [`${risc}account-credential-change-required`]:
    "account-credential-change-required",
  [`${risc}verification`]: "verification",
  [`${legacy}sessions-revoked`]: "sessions-revoked",
  [`${legacy}one-token-revoked`]: "token-revoked",
  [`${legacy}all-token-revoked`]: "tokens-revoked",
  [`${legacy}account-disabled`]: "account-disabled",
  [`${legacy}account-credential-change-required`]:
    "account-credential-change-required",
} as const satisfies Record<string, string>;

export type SecurityEventType =
  (typeof securityEventTypes)[keyof typeof securityEventTypes] | "unknown";

/** An event in the life of a Google account. */
export interface SecurityEvent {
  readonly type: SecurityEventType;
  /** The event's URI, as Google sent it; at most 200 characters. */
  readonly uri: string;
  /** The account; null when the event does not name one by issuer and subject. */
  readonly account: {
    readonly issuer: string;
    readonly subject: string;
  } | null;
  /** Of account-disabled: `hijacking`, `bulk-account`, any other word, or null. */
  readonly reason: string | null;
  /** Of verification: the state that was requested; at most 200 characters. */
  readonly state: string | null;
}

/** A verified security event token (RFC 8417). */
export interface SecurityEventToken {
  /** `jti`: the same in every delivery of the token. */
  readonly id: string;
  /** Our client id that it was issued for. */
  readonly clientId: string;
  /** When it happened, in whole seconds since 1970 (UTC): `toe`, or else `iat`. */
  readonly occurredAt: number;
  readonly events: readonly SecurityEvent[];
}

/** How many events one token may carry; Google sends one. */
const maxEvents = 10;
const maxTextLength = 200;
/** The three spellings of the issuer that Google uses for these. */
const issuers = [`${googleIssuer}/`, googleIssuer, "accounts.google.com"];

export interface SecurityEventRules {
  readonly clientIds: ReadonlySet<string>;
  /** How far the clocks may differ, in seconds. */
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

/**
 * Checks the claims of a security event token. Expiry is ignored: an event that
 * is delivered late has still happened.
 *
 * @param claims the payload; trusted only after the signature has been verified
 * @throws SecurityEventRefusal `invalid_issuer`, `invalid_audience`, `invalid_request`
 * @see https://developers.google.com/identity/protocols/risc#validate_the_security_event_token
 */
export function securityEventsFromClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: SecurityEventRules,
): SecurityEventToken {
  const { iss, aud, iat, toe, jti, events } = claims;
  if (!issuers.includes(iss as string)) {
    throw new SecurityEventRefusal("invalid_issuer", "wrong_issuer");
  }
  const audiences = (Array.isArray(aud) ? aud : [aud]) as unknown[];
  const clientId = audiences.find(
    (entry): entry is string =>
      typeof entry === "string" && rules.clientIds.has(entry),
  );
  if (clientId === undefined) {
    throw new SecurityEventRefusal("invalid_audience", "wrong_audience");
  }
  if (typeof jti !== "string" || jti === "" || !isClean(jti, 255)) {
    refuse("token_id_invalid");
  }
  const latest = rules.nowSeconds + rules.clockSkewSeconds;
  if (!isTime(iat) || iat > latest) refuse("issued_at_invalid");
  if (toe !== undefined && (!isTime(toe) || toe > latest)) {
    refuse("time_of_event_invalid");
  }
  if (!isRecord(events)) refuse("events_missing");
  const entries = Object.entries(events);
  if (entries.length === 0 || entries.length > maxEvents) {
    refuse("events_invalid");
  }
  return {
    id: jti,
    clientId,
    occurredAt: toe ?? iat,
    events: entries.map(([uri, event]) => eventOf(uri, event)),
  };
}

function eventOf(uri: string, event: unknown): SecurityEvent {
  if (!isRecord(event)) refuse("event_invalid");
  const { subject, reason, state } = event;
  const types: Readonly<Record<string, SecurityEventType>> = securityEventTypes;
  return {
    type: Object.hasOwn(types, uri) ? (types[uri] ?? "unknown") : "unknown",
    uri: shortText(uri) ?? "",
    account: accountOf(subject),
    // Present, but not a string: treat it as a reason that we do not know.
    reason:
      reason === undefined || reason === null
        ? null
        : (shortText(reason) ?? "unreadable"),
    state: shortText(state),
  };
}

/** By issuer and subject only: an e-mail address may have changed hands. */
function accountOf(subject: unknown): SecurityEvent["account"] {
  if (!isRecord(subject)) return null;
  const { subject_type, format, iss, sub } = subject;
  const form = subject_type ?? format;
  if (form !== "iss-sub" && form !== "iss_sub" && form !== "id_token_claims") {
    return null;
  }
  if (!issuers.includes(iss as string)) return null;
  if (!isSubject(sub)) return null;
  return { issuer: googleIssuer, subject: sub };
}

function shortText(value: unknown): string | null {
  return typeof value === "string"
    ? cleanText(value.slice(0, maxTextLength))
    : null;
}

function isClean(text: string, limit: number): boolean {
  return text.length <= limit && cleanText(text) === text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(reason: string): never {
  throw new SecurityEventRefusal("invalid_request", reason);
}
