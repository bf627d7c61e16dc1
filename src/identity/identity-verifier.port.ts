import type { VerifiedIdentity } from "./verified-identity";

/** Who presents a token. */
export interface TokenCaller {
  /** The client's canonical address; null if unknown. */
  readonly ip: string | null;
}

/**
 * Verifies the tokens of one identity provider. The default is Google's;
 * implement it for another provider.
 *
 * Called concurrently; idempotent: the same token yields the same identity
 * until it expires.
 */
export abstract class IdentityVerifier {
  /**
   * @param token the ID token as the client sent it; untrusted
   * @param caller where the token comes from; only for load and outages, never
   *   for the verdict
   * @returns the identity; never null
   * @throws AuthError `invalid_token` with the reason of the first failed check,
   *   `token_expired` for a genuine token that has expired,
   *   `service_account_not_allowed`, or `identity_provider_unavailable` when
   *   the provider's keys are unavailable
   */
  abstract verify(
    token: string,
    caller?: TokenCaller,
  ): Promise<VerifiedIdentity>;
}
