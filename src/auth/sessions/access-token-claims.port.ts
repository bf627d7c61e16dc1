import { Injectable } from "@nestjs/common";
import type { Session } from "../../sessions/session-store.port";
import type { User } from "../../users/user-directory.port";

/** The application's own claims in access tokens. */
export abstract class AccessTokenClaims {
  /**
   * The custom claims of a token issued to a user, at every sign-in and every
   * refresh. Every holder of the token can read them, and they are not updated
   * during its lifetime.
   *
   * Concurrency: called concurrently; idempotent. If it throws, no token is
   * issued; an AuthError is returned with its code. After five seconds the
   * request fails with `service_unavailable`.
   *
   * @returns JSON values under names that the service does not set itself
   *   (`iss`, `sub`, `roles` and the like are rejected as a programming error);
   *   keep them small, since a token has at most 8 kB
   */
  abstract of(
    user: User,
    session: Session,
  ):
    | Readonly<Record<string, unknown>>
    | Promise<Readonly<Record<string, unknown>>>;
}

/**
 * No custom claims: a token contains only the user, the session and the scope.
 */
@Injectable()
export class NoAccessTokenClaims extends AccessTokenClaims {
  override of(): Readonly<Record<string, unknown>> {
    return {};
  }
}
