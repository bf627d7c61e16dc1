/** Content and lifetime of the access tokens. */
export interface AccessTokensOptions {
  /** `iss`: where clients reach this service. */
  readonly issuer: string;
  /** `aud`: the API that the tokens are for. */
  readonly audience: string;
  /** Lifetime of an access token in seconds, 60–3600. */
  readonly accessTokenTtlSeconds: number;
}

export const ACCESS_TOKENS_OPTIONS = Symbol("ACCESS_TOKENS_OPTIONS");
