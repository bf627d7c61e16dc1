import type { Principal } from "../../common/principal";

/**
 * Who a guarded request comes from. In the service itself that is told by its
 * own keys and the sessions it knows; in another application by the issuer's
 * published keys.
 *
 * Concurrency: called by every guarded request at once. Idempotent.
 */
export abstract class AccessTokenVerifier {
  /**
   * @param token as the client sent it; untrusted
   * @returns whom it speaks for, never absent; a promise only where something
   *   has to be waited for, since every guarded request pays for it
   * @throws AuthError `unauthenticated` for a token that is not, or no longer,
   *   good; `service_unavailable` when that cannot be told
   */
  abstract verify(token: string): Principal | Promise<Principal>;
}
