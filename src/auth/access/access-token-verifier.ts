import type { Principal } from "../../common/principal";

/**
 * Verifies access tokens: in the service itself with its own keys and sessions,
 * in another application with the issuer's published keys.
 *
 * Called concurrently by guarded requests. Idempotent.
 */
export abstract class AccessTokenVerifier {
  /**
   * @param token as the client sent it; untrusted
   * @returns the caller; a promise only if it has to wait for something,
   *   because it costs every guarded request time
   * @throws AuthError `unauthenticated` for a token that is invalid, expired or
   *   revoked; `service_unavailable` if that cannot be determined
   */
  abstract verify(token: string): Principal | Promise<Principal>;
}
