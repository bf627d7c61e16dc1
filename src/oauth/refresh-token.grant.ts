import { Injectable } from "@nestjs/common";
import type { SignedInUser } from "../auth/sessions/issued-tokens";
import { Refresh } from "../auth/sessions/refresh";
import { AuthError } from "../common/auth-error";
import type { SessionContext } from "../sessions/session-store.port";
import type { FormParameters } from "./form-parameters";
import { checkScopes } from "./grant-types";
import { OAuthError } from "./oauth-error";

/**
 * Exchanges a refresh token for its successor.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-6
 */
@Injectable()
export class RefreshTokenGrant {
  constructor(private readonly refresh: Refresh) {}

  /**
   * @param inCookie the token from the refresh cookie, for a page that does not
   *   send one
   * @throws OAuthError `invalid_request`, `invalid_scope`, `invalid_grant`; the
   *   AuthErrors of {@link Refresh}
   */
  async run(
    form: FormParameters,
    context: Omit<SessionContext, "device">,
    inCookie?: string,
  ): Promise<SignedInUser> {
    const refreshToken =
      form.get("refresh_token") ?? inCookie ?? form.need("refresh_token");
    // Before the token is replaced: a refusal must not end the client's
    // session.
    checkScopes(form);
    try {
      const clientId = form.get("client_id");
      return await this.refresh.run(refreshToken, context, clientId);
    } catch (error) {
      if (error instanceof AuthError && error.code === "account_disabled") {
        throw new OAuthError(
          "invalid_grant",
          "account_disabled: This account may not sign in.",
          { code: error.code, reason: error.reason },
        );
      }
      throw error;
    }
  }
}
