import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { Principal } from "../common/principal";
import { isOfSession, RefreshTokens } from "../sessions/refresh-tokens";
import { SessionStore } from "../sessions/session-store.port";

/** Where a sign-out comes from. */
export interface SignOutContext {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Ends sessions at their user's wish. */
@Injectable()
export class SignOut {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly sessions: SessionStore,
  ) {}

  /** The session of an access token. Idempotent. @throws AuthError `service_unavailable` */
  async bySession(
    { sessionId, userId }: Principal,
    context: SignOutContext,
  ): Promise<void> {
    await this.sessions.end(sessionId, userId, {
      reason: "signed_out",
      ...context,
    });
  }

  /**
   * The session of a refresh token, which may have been replaced or be over:
   * whoever had it once may end what it was for. Idempotent.
   *
   * @param token untrusted
   * @throws AuthError `invalid_refresh_token`, `service_unavailable`
   */
  async byRefreshToken(token: string, context: SignOutContext): Promise<void> {
    const presented = this.refreshTokens.read(token);
    if (!presented) {
      throw new AuthError("invalid_refresh_token", { reason: "not_ours" });
    }
    const session = await this.sessions.find(presented.sessionId);
    if (!session) return;
    if (!isOfSession(presented, session)) {
      throw new AuthError("invalid_refresh_token", { reason: "not_accepted" });
    }
    await this.sessions.end(session.id, session.userId, {
      reason: "signed_out",
      ...context,
    });
  }
}
