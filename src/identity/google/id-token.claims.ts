import {
  isEmail,
  isHostedDomain,
  isNonce,
  isSubject,
  isTime,
  profileFromClaims,
} from "../claim-values";
import { emailAuthority } from "../email-authority";
import type { VerifiedIdentity } from "../verified-identity";
import { type Check, firstRefusal } from "./check";

/** The canonical form of Google's issuer, as it is stored. */
export const googleIssuer = "https://accounts.google.com";
/** The two forms that Google uses. */
export const googleIssuers = [googleIssuer, "accounts.google.com"];
/**
 * Maximum lifetime of an ID token, in seconds; Google's are valid for one hour.
 */
export const maxIdTokenLifetimeSeconds = 2 * 3600;

export interface ClaimRules {
  /** All of our OAuth client ids; never empty. */
  readonly clientIds: ReadonlySet<string>;
  /** How far the clocks may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
}

type Claims = Readonly<Record<string, unknown>>;

/** The input of the checks. */
interface JudgedClaims {
  readonly claims: Claims;
  readonly rules: ClaimRules;
}

/** The claims of an identity, with the types that the checks guarantee. */
interface CheckedClaims extends Claims {
  readonly aud: string;
  readonly azp?: string;
  readonly sub: string;
  readonly email?: string | null;
  readonly hd?: string;
  readonly nonce?: string;
  readonly iat: number;
  readonly exp: number;
}

/**
 * The checks of the content. Expiry comes last: a token is called expired only
 * if nothing else is wrong with it.
 *
 * @see https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
export const claimChecks: readonly Check<JudgedClaims>[] = [
  {
    // Google signs security events with the same keys for the same audience.
    name: "no-event",
    demands: "not a security event",
    reason: "security_event_token",
    passes: ({ claims }) => !Object.hasOwn(claims, "events"),
  },
  {
    name: "issuer",
    demands: "iss is Google",
    reason: "wrong_issuer",
    passes: ({ claims }) => googleIssuers.includes(claims.iss as string),
  },
  {
    name: "audience",
    demands: "aud is one of GOOGLE_CLIENT_IDS",
    reason: "wrong_audience",
    passes: ({ claims, rules }) => isOurs(claims.aud, rules),
  },
  {
    name: "email-form",
    demands: "email is an address, or absent",
    reason: "email_invalid",
    passes: ({ claims: { email } }) =>
      email === undefined || email === null || isEmail(email),
  },
  {
    name: "service-account",
    demands: "a person's, not a service account's",
    reason: "service_account",
    code: "service_account_not_allowed",
    needs: ["email-form"],
    passes: ({ claims: { azp, email } }) =>
      !isServiceAccount(azp) && !isServiceAccount(email),
  },
  {
    // Any Google Cloud customer can have Google sign a token with our audience;
    // only the authorized party shows that our apps did not request it.
    name: "authorized-party",
    demands: "azp is one of GOOGLE_CLIENT_IDS, or absent",
    reason: "wrong_authorized_party",
    passes: ({ claims: { azp }, rules }) =>
      azp === undefined || isOurs(azp, rules),
  },
  {
    name: "subject",
    demands: "sub is a string of 1 to 255 ASCII characters",
    reason: "subject_invalid",
    passes: ({ claims }) => isSubject(claims.sub),
  },
  {
    name: "nonce-form",
    demands: "nonce is a string of at most 512 characters, or absent",
    reason: "nonce_invalid",
    passes: ({ claims: { nonce } }) => nonce === undefined || isNonce(nonce),
  },
  {
    name: "hosted-domain-form",
    demands: "hd is a domain, or absent",
    reason: "hosted_domain_invalid",
    passes: ({ claims: { hd } }) => hd === undefined || isHostedDomain(hd),
  },
  {
    name: "issued-at",
    demands: "iat is a time",
    reason: "issued_at_invalid",
    passes: ({ claims }) => isTime(claims.iat),
  },
  {
    name: "expiry",
    demands: "exp is a time",
    reason: "expiry_invalid",
    passes: ({ claims }) => isTime(claims.exp),
  },
  {
    name: "not-before",
    demands: "nbf is a time, or absent",
    reason: "not_before_invalid",
    passes: ({ claims: { nbf } }) => nbf === undefined || isTime(nbf),
  },
  {
    name: "issued-before-now",
    demands: "not issued in the future",
    reason: "issued_in_future",
    needs: ["issued-at"],
    passes: ({ claims, rules }) => checked(claims).iat <= latestStart(rules),
  },
  {
    name: "begun",
    demands: "nbf has passed",
    reason: "not_yet_valid",
    needs: ["not-before"],
    passes: ({ claims: { nbf }, rules }) =>
      nbf === undefined || (nbf as number) <= latestStart(rules),
  },
  {
    name: "order",
    demands: "exp is after iat",
    reason: "expiry_invalid",
    needs: ["issued-before-now", "expiry"],
    passes: ({ claims }) => lifetimeOf(claims) > 0,
  },
  {
    name: "lifetime",
    demands: `valid for at most ${maxIdTokenLifetimeSeconds / 60} minutes`,
    reason: "lifetime_too_long",
    needs: ["order"],
    passes: ({ claims }) => lifetimeOf(claims) <= maxIdTokenLifetimeSeconds,
  },
  {
    name: "not-expired",
    demands: "not expired",
    reason: "expired",
    code: "token_expired",
    needs: ["expiry"],
    passes: ({ claims, rules: { nowSeconds, clockSkewSeconds } }) =>
      nowSeconds < checked(claims).exp + clockSkewSeconds,
  },
];

/**
 * Checks the claims of a Google ID token and turns them into an identity.
 *
 * @param claims the payload; trusted only after the signature has been verified
 * @throws AuthError `invalid_token` with the reason, `token_expired`,
 *   `service_account_not_allowed`
 */
export function identityFromClaims(
  claims: Claims,
  rules: ClaimRules,
): Omit<VerifiedIdentity, "tokenDigest"> {
  const refusal = firstRefusal(claimChecks, { claims, rules });
  if (refusal) throw refusal;
  return identityOf(claims);
}

/** The identity from claims that have passed all checks. */
export function identityOf(
  claims: Claims,
): Omit<VerifiedIdentity, "tokenDigest"> {
  const { aud, azp = aud, sub, nonce = null, iat, exp } = checked(claims);
  const { email = null, email_verified, hd } = checked(claims);
  const emailVerified = email !== null && email_verified === true;
  const hostedDomain = hd?.toLowerCase() ?? null;
  return {
    issuer: googleIssuer,
    subject: sub,
    clientId: aud,
    authorizedParty: azp,
    email,
    emailVerified,
    emailAuthority: emailAuthority(email, emailVerified, hostedDomain),
    hostedDomain,
    ...profileFromClaims(claims),
    nonce,
    issuedAt: iat,
    expiresAt: exp,
  };
}

function checked(claims: Claims): CheckedClaims {
  return claims as CheckedClaims;
}

function isOurs(client: unknown, { clientIds }: ClaimRules): boolean {
  return typeof client === "string" && clientIds.has(client);
}

function isServiceAccount(name: unknown): boolean {
  return typeof name === "string" && /\.gserviceaccount\.com$/i.test(name);
}

function latestStart({ nowSeconds, clockSkewSeconds }: ClaimRules): number {
  return nowSeconds + clockSkewSeconds;
}

function lifetimeOf(claims: Claims): number {
  const { iat, exp } = checked(claims);
  return exp - iat;
}
