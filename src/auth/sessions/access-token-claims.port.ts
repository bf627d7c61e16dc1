import { Injectable } from "@nestjs/common";
import type { Session } from "../../sessions/session-store.port";
import type { User } from "../../users/user-directory.port";

/** The application's own claims in access tokens. */
export abstract class AccessTokenClaims {
  /**
   * The claims of a token that is issued to a user, at every sign-in and every
   * refresh. Every holder of the token can read them, and they are as old as it is.
   *
   * Concurrency: called by all of these at once; idempotent. What it throws
   * refuses the token, an AuthError with its code; and so does, as
   * `service_unavailable`, an answer that takes more than five seconds.
   *
   * @returns JSON values under names that the service does not set itself (`iss`,
   *   `sub`, `roles` and the like are refused as a bug); small, for a token has
   *   at most 8 kB
   */
  abstract of(
    user: User,
    session: Session,
  ):
    | Readonly<Record<string, unknown>>
    | Promise<Readonly<Record<string, unknown>>>;
}

/** None: a token says who, which session, and what it may. */
@Injectable()
export class NoAccessTokenClaims extends AccessTokenClaims {
  override of(): Readonly<Record<string, unknown>> {
    return {};
  }
}
