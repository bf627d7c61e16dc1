/** A service that may ask about tokens. */
export interface IntrospectionClient {
  /** Without a colon. */
  readonly id: string;
  /** At least 32 bytes of randomness: it is guarded by nothing else. */
  readonly secret: string;
}

/** This service as OAuth knows it. */
export interface OAuthOptions {
  /** Where clients reach this service: the issuer of its tokens. */
  readonly issuer: string;
  /** Who the access tokens are for. */
  readonly audience: string;
  /** What a request may name as `client_id`: the apps whose ID tokens are taken. */
  readonly clientIds: readonly string[];
  /** Who may introspect; empty: nobody. */
  readonly introspectionClients: readonly IntrospectionClient[];
}

export const OAUTH_OPTIONS = Symbol("OAUTH_OPTIONS");
