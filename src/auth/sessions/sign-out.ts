import { Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import type { CallOrigin } from "../../common/call-origin";
import type { Principal } from "../../common/principal";
import { isOfSession, RefreshTokens } from "../../sessions/refresh-tokens";
import { SessionStore } from "../../sessions/session-store.port";
import { Sessions } from "../../sessions/sessions";

/** Ends sessions at their user's request. */
@Injectable()
export class SignOut {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly store: SessionStore,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Ends the session of an access token. Idempotent. @throws AuthError
   * `service_unavailable`
   */
  async bySession(
    { sessionId, userId }: Principal,
    origin: CallOrigin,
  ): Promise<void> {
    await this.end(sessionId, userId, origin);
  }

  /**
   * Ends the session of a refresh token, even if the token was replaced or the
   * session has already ended. Idempotent.
   *
   * @param token untrusted
   * @throws AuthError `invalid_refresh_token`, `service_unavailable`
   */
  async byRefreshToken(token: string, origin: CallOrigin): Promise<void> {
    const presented = this.refreshTokens.read(token);
    if (!presented) {
      throw new AuthError("invalid_refresh_token", { reason: "not_ours" });
    }
    const session = await this.store.find(presented.sessionId);
    if (!session) return;
    if (!isOfSession(presented, session)) {
      throw new AuthError("invalid_refresh_token", { reason: "not_accepted" });
    }
    await this.end(session.id, session.userId, origin);
  }

  private async end(
    sessionId: string,
    userId: string,
    { ip, userAgent }: CallOrigin,
  ): Promise<void> {
    const ending = { reason: "signed_out", ip, userAgent } as const;
    await this.sessions.end(sessionId, userId, ending);
  }
}
