import { AuthError } from "../../common/auth-error";
import {
  isEmail,
  isHostedDomain,
  isNonce,
  isSubject,
  isTime,
  profileFromClaims,
} from "../claim-values";
import type { VerifiedIdentity } from "../verified-identity";
import {
  type AnsweredClaimNames,
  issuerOfProvider,
  defaultClaimNames,
  type VerifyTokenProvider,
} from "./verify-token-provider";

/** The latest plausible expiry, in seconds from now: rules out times in milliseconds. */
const maxLifetimeSeconds = 400 * 24 * 3600;
/** How long a token without an expiry is remembered as used, in seconds. */
const assumedLifetimeSeconds = 30 * 24 * 3600;

export interface AnswerRules {
  /** How far the clocks may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

/**
 * The identity in an answer that accepts a token. The response is trusted to
 * identify the user; its claims must be as well-formed as Google's.
 *
 * @param answer untrusted
 * @throws AuthError `invalid_token` for a token for another app or from another
 *   issuer, `token_expired`; Error for a malformed answer
 */
export function identityFromAnswer(
  answer: Readonly<Record<string, unknown>>,
  provider: VerifyTokenProvider,
  rules: AnswerRules,
): Omit<VerifiedIdentity, "tokenDigest"> {
  const { name, clientId } = provider;
  const members = { ...defaultClaimNames, ...provider.claims };
  const value = (claim: keyof AnsweredClaimNames): unknown => {
    const member = members[claim];
    if (member === null || !Object.hasOwn(answer, member)) return undefined;
    return answer[member] ?? undefined;
  };
  if (provider.issuer != null && answer.iss !== provider.issuer) {
    throw new AuthError("invalid_token", { reason: "wrong_issuer" });
  }
  const audience = value("audience");
  if (audience !== undefined && ![audience].flat().includes(clientId)) {
    throw new AuthError("invalid_token", { reason: "wrong_audience" });
  }
  const subject = wellFormed(value("subject"), isSubject, "subject_invalid");
  if (subject === null) throw malformed("subject_invalid");
  const email = wellFormed(value("email"), isEmail, "email_invalid");
  const hostedDomain = wellFormed(
    value("hostedDomain"),
    isHostedDomain,
    "hosted_domain_invalid",
  );
  const emailVerified = email !== null && value("emailVerified") === true;
  return {
    subject,
    email,
    hostedDomain: hostedDomain?.toLowerCase() ?? null,
    nonce: wellFormed(value("nonce"), isNonce, "nonce_invalid"),
    issuer: issuerOfProvider(name),
    clientId,
    authorizedParty: clientId,
    emailVerified,
    // Only for Google is it known which mailboxes it runs.
    emailAuthority: emailVerified ? "verified" : "unverified",
    ...profileFromClaims({
      name: value("name"),
      given_name: value("givenName"),
      family_name: value("familyName"),
      picture: value("picture"),
      locale: value("locale"),
    }),
    ...timesOf(value("issuedAt"), value("expiresAt"), rules),
  };
}

/** @throws Error for a malformed claim: the provider's fault, never the user's */
function wellFormed<T>(
  value: unknown,
  isRight: (value: unknown) => value is T,
  reason: string,
): T | null {
  if (value === undefined) return null;
  if (isRight(value)) return value;
  throw malformed(reason);
}

function timesOf(
  issuedAt: unknown,
  expiresAt: unknown,
  { nowSeconds, clockSkewSeconds }: AnswerRules,
): Pick<VerifiedIdentity, "issuedAt" | "expiresAt"> {
  if (issuedAt !== undefined && !isNear(issuedAt, nowSeconds)) {
    throw malformed("issued_at_invalid");
  }
  if (expiresAt !== undefined && !isNear(expiresAt, nowSeconds)) {
    throw malformed("expiry_invalid");
  }
  if (expiresAt !== undefined && nowSeconds >= expiresAt + clockSkewSeconds) {
    throw new AuthError("token_expired", { reason: "expired" });
  }
  if (issuedAt !== undefined && issuedAt > nowSeconds + clockSkewSeconds) {
    throw new AuthError("invalid_token", { reason: "issued_in_future" });
  }
  return {
    issuedAt: issuedAt ?? 0,
    expiresAt: expiresAt ?? nowSeconds + assumedLifetimeSeconds,
  };
}

function isNear(value: unknown, nowSeconds: number): value is number {
  return isTime(value) && value <= nowSeconds + maxLifetimeSeconds;
}

function malformed(reason: string): Error {
  return new Error(
    `The answer of the verify token API is malformed: ${reason}`,
  );
}
