import { Injectable } from "@nestjs/common";
import { SignOut } from "../auth/sessions/sign-out";
import { AuthError } from "../common/auth-error";
import type { CallOrigin } from "../common/call-origin";
import { RefreshTokens } from "../sessions/refresh-tokens";
import { AccessTokens } from "../access-tokens/access-tokens";

/** Ends the session that a token is of, whichever token it is. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly signOut: SignOut,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * What the token is shows its form; a hint is not needed. Idempotent.
   *
   * @param token untrusted; when it is unknown, expired or somebody else's
   *   there is nothing to end
   * @throws AuthError `service_unavailable`: then the token may still be good
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

/** Whether the token was refused, which is what its holder wants. */
function isOfNoUse(error: unknown): boolean {
  return error instanceof AuthError && error.status === 401;
}
