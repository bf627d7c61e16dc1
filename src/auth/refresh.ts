import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import type { AuthErrorCode } from "../common/auth-error-codes";
import { RefreshTokens } from "../sessions/refresh-tokens";
import {
  type RefreshOutcome,
  type SessionContext,
  SessionStore,
} from "../sessions/session-store.port";
import { IssuedTokens, type SignedInUser } from "./issued-tokens";

const refusals = {
  reused: ["session_revoked", "refresh_reused"],
  ended: ["session_revoked", "session_ended"],
  expired: ["session_expired", "session_expired"],
  disabled: ["account_disabled", "account_disabled"],
  "not-accepted": ["invalid_refresh_token", "not_accepted"],
} as const satisfies Record<
  Exclude<RefreshOutcome["kind"], "refreshed">,
  readonly [AuthErrorCode, string]
>;

/** From a refresh token to its successor. */
@Injectable()
export class Refresh {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly sessions: SessionStore,
    private readonly tokens: IssuedTokens,
  ) {}

  /**
   * @param token as the client sent it; untrusted
   * @throws AuthError `invalid_refresh_token`, `session_revoked`,
   *   `session_expired`, `account_disabled`, `service_unavailable`
   */
  async run(
    token: string,
    context: Omit<SessionContext, "device">,
  ): Promise<SignedInUser> {
    const presented = this.refreshTokens.read(token);
    if (!presented) {
      throw new AuthError("invalid_refresh_token", { reason: "not_ours" });
    }
    const outcome = await this.sessions.refresh(presented, context);
    if (outcome.kind !== "refreshed") {
      const [code, reason] = refusals[outcome.kind];
      throw new AuthError(code, { reason });
    }
    return this.tokens.issue(outcome.user, outcome.session);
  }
}
