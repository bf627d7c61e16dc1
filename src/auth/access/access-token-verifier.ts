import type { Principal } from "../../common/principal";

/**
 * Verifies access tokens: in the service itself by its own keys and sessions, in
 * another application by the issuer's published keys.
 *
 * Concurrency: called by every guarded request at once. Idempotent.
 */
export abstract class AccessTokenVerifier {
  /**
   * @param token as the client sent it; untrusted
   * @returns the caller; a promise only if it has to wait for something, because
   *   every guarded request pays for it
   * @throws AuthError `unauthenticated` for a token that is invalid, expired or
   *   revoked; `service_unavailable` if that is unknown
   */
  abstract verify(token: string): Principal | Promise<Principal>;
}
