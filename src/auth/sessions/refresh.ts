import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../../audit/audit-trail";
import { AuthError } from "../../common/auth-error";
import type { AuthErrorCode } from "../../common/auth-error-codes";
import { type MeasuredRefresh, measurements } from "../../common/measurements";
import { isOfSession, RefreshTokens } from "../../sessions/refresh-tokens";
import {
  type PresentedRefreshToken,
  type SessionContext,
  SessionStore,
} from "../../sessions/session-store.port";
import { Sessions } from "../../sessions/sessions";
import {
  type RefreshOutcome,
  SignInStore,
} from "../../sessions/sign-in-store.port";
import { IssuedTokens, type SignedInUser } from "./issued-tokens";

const refusals = {
  reused: ["session_revoked", "refresh_reused"],
  ended: ["session_revoked", "session_ended"],
  expired: ["session_expired", "session_expired"],
  disabled: ["account_disabled", "account_disabled"],
  "not-accepted": ["invalid_refresh_token", "not_accepted"],
} as const satisfies Record<
  Exclude<RefreshOutcome["kind"], "rotated">,
  readonly [AuthErrorCode, string]
>;

/** Exchanges a refresh token for its successor. */
@Injectable()
export class Refresh {
  constructor(
    private readonly refreshTokens: RefreshTokens,
    private readonly store: SignInStore,
    private readonly sessionStore: SessionStore,
    private readonly sessions: Sessions,
    private readonly tokens: IssuedTokens,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @param token as the client sent it; untrusted
   * @param clientId the client id that was sent, if any: the token must belong
   *   to that client (RFC 6749 §6)
   * @throws AuthError `invalid_refresh_token`, `session_revoked`,
   *   `session_expired`, `account_disabled`, `service_unavailable`
   */
  async run(
    token: string,
    context: Omit<SessionContext, "device">,
    clientId?: string,
  ): Promise<SignedInUser> {
    const presented = this.refreshTokens.read(token);
    if (!presented) throw refused("invalid_refresh_token", "not_ours");
    // Before the token is replaced: a request by another client must not end
    // this session.
    if (clientId !== undefined) await this.checkClient(presented, clientId);
    const { ip, userAgent } = context;
    const outcome = await this.store.refresh(presented, context);
    if (outcome.kind === "reused") {
      // Committed before the error is thrown, because the error would roll it
      // back.
      const { id, userId } = outcome.session;
      const ending = { reason: "refresh_reused", ip, userAgent } as const;
      await this.sessions.end(id, userId, ending);
    }
    if (outcome.kind !== "rotated") {
      const [code, reason] = refusals[outcome.kind];
      throw refused(code, reason);
    }
    const { session, user, late } = outcome;
    if (late) {
      await this.audit.record({
        event: "refresh_retried_late",
        userId: user.id,
        sessionId: session.id,
        ...{ ip, userAgent },
      });
    }
    const tokens = await this.tokens.issue(user, session);
    measure({ result: late ? "late" : "rotated" });
    return tokens;
  }

  /** @throws AuthError `invalid_refresh_token`, `service_unavailable` */
  private async checkClient(
    token: PresentedRefreshToken,
    clientId: string,
  ): Promise<void> {
    const session = await this.sessionStore.find(token.sessionId);
    if (!session || !isOfSession(token, session)) return;
    if (session.clientId === clientId) return;
    throw refused("invalid_refresh_token", "another_client");
  }
}

function refused(code: AuthErrorCode, reason: string): AuthError {
  measure({ result: "refused", reason });
  return new AuthError(code, { reason });
}

function measure(refresh: MeasuredRefresh): void {
  measurements.refresh.publish(refresh);
}
