import type { VerifyTokenProvider } from "./remote/verify-token-provider";

/** An app of yours, as Google knows it. */
export interface GoogleClient {
  /** Its OAuth client id. */
  readonly id: string;
  /** A label for the log, such as `ios`. */
  readonly label?: string | null;
}

/** How authorization codes are exchanged with Google. */
export interface CodeExchangeOptions {
  /** The one of our apps that the secret belongs to. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** What a code may have been asked for with, beside `postmessage`; compared as texts. */
  readonly redirectUris: readonly string[];
  /** Google's token endpoint. */
  readonly tokenUrl: string;
  /** Google's userinfo endpoint. */
  readonly userinfoUrl: string;
}

/** How identities are proved. */
export interface IdentityOptions {
  /** All your apps. An empty list refuses to start. */
  readonly clients: readonly GoogleClient[];
  /** Where Google publishes its certificates, as a PEM map. */
  readonly certsUrl: string;
  /** How far Google's clock and ours may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
  /** Absent or null: codes are not exchanged. */
  readonly codeExchange?: CodeExchangeOptions | null;
  /** Other providers, whose tokens a remote Verify Token API proves. */
  readonly verifyTokenProviders?: readonly VerifyTokenProvider[];
}

export const IDENTITY_OPTIONS = Symbol("IDENTITY_OPTIONS");
