/** What the access tokens say, and how long they live. */
export interface AccessTokensOptions {
  /** `iss`: where clients reach this service. */
  readonly issuer: string;
  /** `aud`: the API that the tokens are for. */
  readonly audience: string;
  /** Life of an access token in seconds, 60–3600. */
  readonly accessTokenTtlSeconds: number;
}

export const ACCESS_TOKENS_OPTIONS = Symbol("ACCESS_TOKENS_OPTIONS");
