import { type Check, type Members, without } from "./id-token.checks";
import { googleIssuer, maxIdTokenLifetimeSeconds } from "./id-token.claims";

/** Claims, and the time at which they are looked at. */
export interface ClaimsExhibit {
  readonly claims: Members;
  /** Whole seconds since 1970 (UTC). */
  readonly nowSeconds: number;
  /** A client id of ours. */
  readonly clientId: string;
}

/** The checks of the content. */
export const claimChecks: readonly Check<ClaimsExhibit>[] = [
  {
    name: "no-event",
    demands: "no security event",
    reasons: ["security_event_token"],
    mend: (exhibit) => ({
      ...exhibit,
      claims: without(exhibit.claims, "events"),
    }),
  },
  {
    name: "issuer",
    demands: "iss is Google",
    reasons: ["wrong_issuer"],
    mend: withClaims(() => ({ iss: googleIssuer })),
  },
  {
    name: "audience",
    demands: "aud is one of GOOGLE_CLIENT_IDS",
    reasons: ["wrong_audience"],
    mend: withClaims(({ clientId }) => ({ aud: clientId })),
  },
  {
    name: "email-form",
    demands: "email is an address, or absent",
    reasons: ["email_invalid"],
    mend: withClaims(() => ({ email: anyEmail })),
    hides: ["service-account", "email-verified"],
  },
  {
    name: "service-account",
    demands: "of a person, not of a service account",
    reasons: ["service_account"],
    mend: withClaims(({ claims: { azp, email } }) => ({
      email: isServiceAccount(email) ? anyEmail : email,
      azp: isServiceAccount(azp) ? undefined : azp,
    })),
  },
  {
    name: "authorized-party",
    demands: "azp is one of GOOGLE_CLIENT_IDS, or absent",
    reasons: ["wrong_authorized_party"],
    mend: withClaims(() => ({ azp: undefined })),
  },
  {
    name: "subject",
    demands: "sub is a text of 1 to 255 ASCII characters",
    reasons: ["subject_invalid"],
    mend: withClaims(() => ({ sub: "any" })),
  },
  {
    name: "nonce-form",
    demands: "nonce is a text of at most 512 characters, or absent",
    reasons: ["nonce_invalid"],
    mend: withClaims(() => ({ nonce: undefined })),
    hides: ["nonce"],
  },
  {
    name: "hosted-domain-form",
    demands: "hd is a domain, or absent",
    reasons: ["hosted_domain_invalid"],
    mend: withClaims(() => ({ hd: undefined })),
    hides: ["hosted-domain"],
  },
  {
    name: "issued-at",
    demands: "iat is a time",
    reasons: ["issued_at_invalid"],
    mend: withClaims(({ claims: { exp }, nowSeconds }) => ({
      iat: isTime(exp) ? Math.min(nowSeconds, exp - 1) : nowSeconds,
    })),
    hides: ["issued-before-now", "order", "lifetime"],
  },
  {
    name: "expiry",
    demands: "exp is a time",
    reasons: ["expiry_invalid"],
    isOwn: ({ claims }) => !isTime(claims.exp),
    mend: withClaims(({ claims }) => ({ exp: Number(claims.iat) + 1 })),
    hides: ["order", "lifetime", "not-expired"],
  },
  {
    name: "not-before",
    demands: "nbf is a time, or absent",
    reasons: ["not_before_invalid"],
    mend: withClaims(() => ({ nbf: undefined })),
    hides: ["begun"],
  },
  {
    name: "issued-before-now",
    demands: "not issued in the future",
    reasons: ["issued_in_future"],
    mend: withClaims(({ nowSeconds }) => ({ iat: nowSeconds })),
    hides: ["order", "lifetime"],
  },
  {
    name: "begun",
    demands: "nbf is over",
    reasons: ["not_yet_valid"],
    mend: withClaims(() => ({ nbf: undefined })),
  },
  {
    name: "order",
    demands: "exp is after iat",
    reasons: ["expiry_invalid"],
    mend: withClaims(({ claims }) => ({ iat: Number(claims.exp) - 1 })),
    hides: ["lifetime"],
  },
  {
    name: "lifetime",
    demands: `lives for ${maxIdTokenLifetimeSeconds / 60} minutes at most`,
    reasons: ["lifetime_too_long"],
    mend: ({ claims, nowSeconds, ...exhibit }) => {
      const iat = Number(claims.exp) - 1;
      // Not expired at the one time is not expired at the other.
      return {
        ...exhibit,
        claims: { ...claims, iat },
        nowSeconds: Math.max(nowSeconds, iat),
      };
    },
  },
  {
    name: "not-expired",
    demands: "not expired",
    reasons: ["expired"],
    mend: ({ claims, ...exhibit }) => ({
      ...exhibit,
      claims,
      nowSeconds: Number(claims.exp) - 1,
    }),
  },
];

const anyEmail = "any@example.com";

function withClaims(change: (exhibit: ClaimsExhibit) => Members) {
  return (exhibit: ClaimsExhibit): ClaimsExhibit => ({
    ...exhibit,
    claims: { ...exhibit.claims, ...change(exhibit) },
  });
}

function isServiceAccount(value: unknown): boolean {
  return typeof value === "string" && /\.gserviceaccount\.com$/i.test(value);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
