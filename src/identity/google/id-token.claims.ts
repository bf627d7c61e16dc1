import { AuthError } from "../../common/auth-error";
import {
  emailOf,
  hostedDomainOf,
  nonceOf,
  profileFromClaims,
  subjectOf,
} from "../claim-values";
import { emailAuthority } from "../email-authority";
import type { VerifiedIdentity } from "../verified-identity";

/** The one spelling in which Google's issuer is stored. */
export const googleIssuer = "https://accounts.google.com";
/** The two spellings in which Google sends it. */
export const googleIssuers = [googleIssuer, "accounts.google.com"];
/** Longest life of an ID token, in seconds; Google's live one hour. */
export const maxIdTokenLifetimeSeconds = 2 * 3600;

export interface ClaimRules {
  /** Every OAuth client id of ours; never empty. */
  readonly clientIds: ReadonlySet<string>;
  /** How far the clocks may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Checks the claims of a Google ID token and turns them into an identity.
 *
 * @param claims the payload; believed only once the signature is proved
 * @throws AuthError `invalid_token` with the reason, `token_expired`,
 *   `service_account_not_allowed`
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
export function identityFromClaims(
  claims: Claims,
  rules: ClaimRules,
): Omit<VerifiedIdentity, "tokenDigest"> {
  // Google signs security events with the same keys for the same audience.
  if (Object.hasOwn(claims, "events")) refuse("security_event_token");
  if (!googleIssuers.includes(claims.iss as string)) refuse("wrong_issuer");
  const { aud, azp, sub, nonce } = claims;
  if (typeof aud !== "string" || !rules.clientIds.has(aud)) {
    refuse("wrong_audience");
  }
  const email = emailOf(claims.email);
  refuseServiceAccount(azp, email);
  // Any Google Cloud customer can have Google sign a token with our audience;
  // only the authorized party tells that it was not asked for by our apps.
  if (
    azp !== undefined &&
    !(typeof azp === "string" && rules.clientIds.has(azp))
  ) {
    refuse("wrong_authorized_party");
  }
  const subject = subjectOf(sub);
  const signedNonce = nonceOf(nonce);
  const hostedDomain = hostedDomainOf(claims.hd);
  // The last: a token is called expired only if nothing else is wrong with it.
  const { issuedAt, expiresAt } = checkTimes(claims, rules);
  const emailVerified = email !== null && claims.email_verified === true;
  return {
    issuer: googleIssuer,
    subject,
    clientId: aud,
    authorizedParty: azp ?? aud,
    email,
    emailVerified,
    emailAuthority: emailAuthority(email, emailVerified, hostedDomain),
    hostedDomain,
    ...profileFromClaims(claims),
    nonce: signedNonce,
    issuedAt,
    expiresAt,
  };
}

function checkTimes(
  claims: Claims,
  rules: ClaimRules,
): Pick<VerifiedIdentity, "issuedAt" | "expiresAt"> {
  const { iat, exp, nbf } = claims;
  if (!isTime(iat)) refuse("issued_at_invalid");
  if (!isTime(exp)) refuse("expiry_invalid");
  if (nbf !== undefined && !isTime(nbf)) refuse("not_before_invalid");
  const earliest = rules.nowSeconds + rules.clockSkewSeconds;
  if (iat > earliest) refuse("issued_in_future");
  if (nbf !== undefined && nbf > earliest) refuse("not_yet_valid");
  if (exp <= iat) refuse("expiry_invalid");
  if (exp - iat > maxIdTokenLifetimeSeconds) refuse("lifetime_too_long");
  if (rules.nowSeconds >= exp + rules.clockSkewSeconds) {
    throw new AuthError("token_expired", { reason: "expired" });
  }
  return { issuedAt: iat, expiresAt: exp };
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function refuseServiceAccount(azp: unknown, email: string | null): void {
  const marks = [azp, email].filter((mark) => typeof mark === "string");
  if (marks.some((mark) => /\.gserviceaccount\.com$/i.test(mark))) {
    throw new AuthError("service_account_not_allowed", {
      reason: "service_account",
    });
  }
}

function refuse(reason: string): never {
  throw new AuthError("invalid_token", { reason });
}
