/** A service that may ask about tokens. */
export interface IntrospectionClient {
  /** Without a colon. */
  readonly id: string;
  /** At least 32 random bytes: guesses are not rate limited. */
  readonly secret: string;
}

/** This service as OAuth knows it. */
export interface OAuthOptions {
  /** Where clients reach this service: the issuer of its tokens. */
  readonly issuer: string;
  /** Who the access tokens are for. */
  readonly audience: string;
  /** Accepted as `client_id`: the apps whose ID tokens are accepted. */
  readonly clientIds: readonly string[];
  /** Who may introspect; empty: nobody. */
  readonly introspectionClients: readonly IntrospectionClient[];
}

export const OAUTH_OPTIONS = Symbol("OAUTH_OPTIONS");
