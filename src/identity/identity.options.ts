import type { VerifyTokenProvider } from "./remote/verify-token-provider";

/** One of your apps, as registered with Google. */
export interface GoogleClient {
  /** Its OAuth client id. */
  readonly id: string;
  /** A label for the log, such as `ios`. */
  readonly label?: string | null;
}

/** How authorization codes are exchanged with Google. */
export interface CodeExchangeOptions {
  /** The app that the secret belongs to. */
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Redirect URIs that codes may be requested with, in addition to
   * `postmessage`; compared as strings.
   */
  readonly redirectUris: readonly string[];
  /** Google's token endpoint. */
  readonly tokenUrl: string;
  /** Google's userinfo endpoint. */
  readonly userinfoUrl: string;
}

/** How identities are verified. */
export interface IdentityOptions {
  /** All your apps. An empty list refuses to start. */
  readonly clients: readonly GoogleClient[];
  /** Where Google publishes its certificates, as a PEM map. */
  readonly certsUrl: string;
  /** How far Google's clock and ours may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Absent or null: codes are not exchanged. */
  readonly codeExchange?: CodeExchangeOptions | null;
  /** Other providers, whose tokens a remote Verify Token API verifies. */
  readonly verifyTokenProviders?: readonly VerifyTokenProvider[];
}

export const IDENTITY_OPTIONS = Symbol("IDENTITY_OPTIONS");
