/** Who a verified access token speaks for. What the token says, not more: no I/O was done for it. */
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
  /** When the token ends, whole seconds since 1970 (UTC). */
  readonly expiresAt: number;
  /**
   * The key that the sender has to prove to have (RFC 9449 §6); null for a
   * bearer token. To verify the token does not prove it.
   */
  readonly confirmation: { readonly jkt: string } | null;
  /** Every claim of the token, the app's own included. */
  readonly claims: Readonly<Record<string, unknown>>;
}
