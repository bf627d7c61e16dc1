/** How we authenticate to a Verify Token API: HTTP Basic, or a bearer token. */
export type VerifyTokenAuthentication =
  { readonly id: string; readonly secret: string } | { readonly token: string };

/**
 * The member of the API's answer for each claim; null if the API has no such
 * member.
 */
export interface AnsweredClaimNames {
  /** The id of the account: never changes, and is never reassigned. */
  readonly subject: string;
  readonly email: string | null;
  /** A boolean; anything but true is unverified. */
  readonly emailVerified: string | null;
  /** For the hosted domain rule of the sign-in policy. */
  readonly hostedDomain: string | null;
  readonly name: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  readonly nonce: string | null;
  /** The audience of the token: if present, it must be or contain `clientId`. */
  readonly audience: string | null;
  /** Seconds since 1970; likewise `expiresAt`. */
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
}

/** The names of OpenID Connect. Only Google is trusted on hosted domains by default. */
export const defaultClaimNames: AnsweredClaimNames = Object.freeze({
  subject: "sub",
  email: "email",
  emailVerified: "email_verified",
  hostedDomain: null,
  name: "name",
  givenName: "given_name",
  familyName: "family_name",
  picture: "picture",
  locale: "locale",
  nonce: "nonce",
  audience: "aud",
  issuedAt: "iat",
  expiresAt: "exp",
});

/** An identity provider whose tokens a remote API verifies. */
export interface VerifyTokenProvider {
  /** As in `POST /auth/:name`. Together with the subject it identifies users: never change it. */
  readonly name: string;
  /** Its Verify Token API: https, or on this machine. */
  readonly url: string;
  /** Our client id at the provider, sent as `client_id`. */
  readonly clientId: string;
  /** Absent or null: no authentication. */
  readonly authentication?: VerifyTokenAuthentication | null;
  /** Sent as `token_type`; `id_token` by default. */
  readonly tokenType?: string;
  /** The required `iss` of the answers; absent or null: any. */
  readonly issuer?: string | null;
  /** Names of claims that differ from the default. */
  readonly claims?: Partial<AnsweredClaimNames>;
  /** How long a sign-in waits for the API, including a retry, in milliseconds, 100–10000; 4000 by default. */
  readonly timeoutMilliseconds?: number;
}

/**
 * The issuer of the identities of a provider. Cannot collide with Google's, which
 * begins with `https:`, or with another provider's.
 */
export function issuerOfProvider(name: string): string {
  return `verify-token:${name}`;
}
