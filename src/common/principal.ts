/**
 * The user and session of a verified access token: its claims, without any
 * lookup.
 */
export interface Principal {
  /** Our user id (`sub`). */
  readonly userId: string;
  /** The session the token belongs to (`sid`). */
  readonly sessionId: string;
  /** The Google client id that signed the user in. */
  readonly clientId: string;
  readonly roles: readonly string[];
  /** OAuth scopes of the token. */
  readonly scopes: readonly string[];
  /** The token's own id (`jti`). */
  readonly tokenId: string;
  /** When the user signed in, whole seconds since 1970 (UTC). */
  readonly authenticatedAt: number;
  /** When the token was issued, whole seconds since 1970 (UTC). */
  readonly issuedAt: number;
  /** When the token expires, whole seconds since 1970 (UTC). */
  readonly expiresAt: number;
  /**
   * The key that the sender has to prove possession of (RFC 9449 §6); null for
   * a bearer token. Verifying the token does not prove it.
   */
  readonly confirmation: { readonly jkt: string } | null;
  /** All claims of the token, including those of the app. */
  readonly claims: Readonly<Record<string, unknown>>;
}
