import { Injectable } from "@nestjs/common";
import { SignOut } from "../auth/sessions/sign-out";
import { AuthError } from "../common/auth-error";
import type { CallOrigin } from "../common/call-origin";
import { RefreshTokens } from "../sessions/refresh-tokens";
import { AccessTokens } from "../access-tokens/access-tokens";

/** Ends the session of an access token or a refresh token. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly signOut: SignOut,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * The kind of token is recognized by its form; no hint is needed. Idempotent.
   *
   * @param token untrusted; if it is unknown, expired or issued by someone
   *   else, there is nothing to end
   * @throws AuthError `service_unavailable`: then the token may still be valid
   * @see https://www.rfc-editor.org/rfc/rfc7009#section-2
   */
  async revoke(token: string, context: CallOrigin): Promise<void> {
    try {
      if (this.refreshTokens.read(token)) {
        await this.signOut.byRefreshToken(token, context);
      } else {
        await this.signOut.bySession(this.accessTokens.verify(token), context);
      }
    } catch (error) {
      if (!isOfNoUse(error)) throw error;
    }
  }
}

/** Whether the token was refused, in which case nothing needs to be revoked. */
function isOfNoUse(error: unknown): boolean {
  return error instanceof AuthError && error.status === 401;
}
