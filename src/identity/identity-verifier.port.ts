import type { VerifiedIdentity } from "./verified-identity";

/**
 * Proves who presents a token. Google's is the default; another provider is
 * another implementation.
 *
 * Concurrency: called by every sign-in at once. Idempotent: the same token
 * gives the same identity until it expires.
 */
export abstract class IdentityVerifier {
  /**
   * @param token the ID token as the client sent it; untrusted
   * @returns the identity; never absent
   * @throws AuthError `invalid_token` with the reason of the first failed check,
   *   `token_expired` for a genuine token past its life,
   *   `service_account_not_allowed`, or `identity_provider_unavailable` when
   *   the provider's keys cannot be had
   */
  abstract verify(token: string): Promise<VerifiedIdentity>;
}
