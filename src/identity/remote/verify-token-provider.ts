/** What a Verify Token API is asked with, beside the token: nothing, HTTP Basic, or a bearer token of ours. */
export type VerifyTokenAuthentication =
  { readonly id: string; readonly secret: string } | { readonly token: string };

/** Which member of the API's answer says what; null: none does. */
export interface AnsweredClaimNames {
  /** Who it is: a text that never changes and is never given to somebody else. */
  readonly subject: string;
  readonly email: string | null;
  /** A boolean; anything but true is unverified. */
  readonly emailVerified: string | null;
  /** What the hosted domain rule looks at. */
  readonly hostedDomain: string | null;
  readonly name: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly picture: string | null;
  readonly locale: string | null;
  readonly nonce: string | null;
  /** For whom the token was made: has to be, or to list, `clientId` where the answer has it. */
  readonly audience: string | null;
  /** Seconds since 1970, as the next. */
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
}

/** The names of OpenID Connect. Of a hosted domain nobody but Google is believed unasked. */
export const usualClaimNames: AnsweredClaimNames = Object.freeze({
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

/** An identity provider whose tokens somebody else verifies for us. */
export interface VerifyTokenProvider {
  /** As in `POST /auth/:name`. With the subject the key of its users: never change it. */
  readonly name: string;
  /** Its Verify Token API; https, or on this machine. */
  readonly url: string;
  /** What we are to the provider: sent as `client_id`. */
  readonly clientId: string;
  /** Absent or null: the API does not ask for any. */
  readonly authentication?: VerifyTokenAuthentication | null;
  /** Sent as `token_type`; `id_token` unless given. */
  readonly tokenType?: string;
  /** What `iss` of the answers has to be; absent or null: anything. */
  readonly issuer?: string | null;
  /** What the API calls them, where that is not as usual. */
  readonly claims?: Partial<AnsweredClaimNames>;
  /** How long a sign-in waits for the API, a second attempt included, in milliseconds, 100–10000; 4000 unless given. */
  readonly timeoutMilliseconds?: number;
}

/**
 * The issuer of the identities of a provider: never Google's, which begins with
 * `https:`, nor that of a provider of another name.
 */
export function issuerOfProvider(name: string): string {
  return `verify-token:${name}`;
}
