/** An application whose access tokens are issued by another service. */
export interface ResourceServerOptions {
  /** The `PUBLIC_URL` of that service. https, unless it is on this machine. */
  readonly issuer: string;
  /**
   * The required audience: the service's `ACCESS_TOKEN_AUDIENCE`; the issuer by
   * default.
   */
  readonly audience?: string;
  /**
   * Where the issuer publishes its keys; taken from its metadata by default.
   */
  readonly jwksUri?: string;
  /**
   * Accept plain http from a remote issuer: anyone on the network path can then
   * sign in as any user.
   */
  readonly allowHttp?: boolean;
  /**
   * Ask the issuer about each token, at most once a second, so that ended
   * sessions are refused here too. Without it a token is valid until it
   * expires.
   */
  readonly introspection?: {
    /** One of the issuer's `INTROSPECTION_CLIENTS`. */
    readonly clientId: string;
    readonly clientSecret: string;
    /** Taken from the issuer's metadata by default. */
    readonly endpoint?: string;
  };
  /**
   * Where clients reach this application, for DPoP proofs and for its metadata
   * (`/.well-known/oauth-protected-resource`). Without it, tokens that are bound
   * to a key are refused, and there are no metadata.
   */
  readonly publicUrl?: string;
  /** Name the failed check in error bodies; never in production. */
  readonly showReasons?: boolean;
}

export const RESOURCE_SERVER_OPTIONS = Symbol("RESOURCE_SERVER_OPTIONS");
