/** A service that may introspect tokens. */
export interface IntrospectionClient {
  /** Without a colon. */
  readonly id: string;
  /** At least 32 random bytes: guesses are not rate limited. */
  readonly secret: string;
}

/** The OAuth settings of this service. */
export interface OAuthOptions {
  /** Where clients reach this service: the issuer of its tokens. */
  readonly issuer: string;
  /** The audience of the access tokens. */
  readonly audience: string;
  /** Accepted as `client_id`: the apps whose ID tokens are accepted. */
  readonly clientIds: readonly string[];
  /** The services that may introspect tokens; empty: none. */
  readonly introspectionClients: readonly IntrospectionClient[];
}

export const OAUTH_OPTIONS = Symbol("OAUTH_OPTIONS");
