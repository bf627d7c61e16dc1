import { AuthError } from "../../common/auth-error";
import {
  emailOf,
  hostedDomainOf,
  nonceOf,
  profileFromClaims,
  subjectOf,
} from "../claim-values";
import type { VerifiedIdentity } from "../verified-identity";
import {
  type AnsweredClaimNames,
  issuerOfProvider,
  usualClaimNames,
  type VerifyTokenProvider,
} from "./verify-token-provider";

/** Latest end of a token that is believed, in seconds from now: a time in milliseconds is beyond it. */
const maxLifetimeSeconds = 400 * 24 * 3600;
/** For how long a token that does not say so is remembered as used, in seconds. */
const assumedLifetimeSeconds = 30 * 24 * 3600;

export interface AnswerRules {
  /** How far the clocks may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

/**
 * The identity in an answer that says a token is good. The answer is believed
 * in who it is; form and limits are those of Google's claims.
 *
 * @param answer untrusted
 * @throws AuthError `invalid_token` for a token that is another app's or another
 *   issuer's, `token_expired`; Error for an answer that is not what it should be
 */
export function identityFromAnswer(
  answer: Readonly<Record<string, unknown>>,
  provider: VerifyTokenProvider,
  rules: AnswerRules,
): Omit<VerifiedIdentity, "tokenDigest"> {
  const { name, clientId } = provider;
  const members = { ...usualClaimNames, ...provider.claims };
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
  const claimed = wellFormed(() => ({
    subject: subjectOf(value("subject")),
    email: emailOf(value("email")),
    hostedDomain: hostedDomainOf(value("hostedDomain")),
    nonce: nonceOf(value("nonce")),
  }));
  const emailVerified =
    claimed.email !== null && value("emailVerified") === true;
  return {
    ...claimed,
    issuer: issuerOfProvider(name),
    clientId,
    authorizedParty: clientId,
    emailVerified,
    // Nobody but Google is known to run the mailboxes it speaks for.
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

/** The readers say whose fault a claim is; here it is never the user's. */
function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw malformed(error.reason ?? error.code);
  }
}

function timesOf(
  issuedAt: unknown,
  expiresAt: unknown,
  { nowSeconds, clockSkewSeconds }: AnswerRules,
): Pick<VerifiedIdentity, "issuedAt" | "expiresAt"> {
  if (issuedAt !== undefined && !isTime(issuedAt, nowSeconds)) {
    throw malformed("issued_at_invalid");
  }
  if (expiresAt !== undefined && !isTime(expiresAt, nowSeconds)) {
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

function isTime(value: unknown, nowSeconds: number): value is number {
  return (
    Number.isSafeInteger(value) &&
    (value as number) > 0 &&
    (value as number) <= nowSeconds + maxLifetimeSeconds
  );
}

function malformed(reason: string): Error {
  return new Error(
    `The answer of the verify token API is not right: ${reason}`,
  );
}
