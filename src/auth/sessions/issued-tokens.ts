import { Injectable } from "@nestjs/common";
import {
  type IssuedRefreshToken,
  RefreshTokens,
} from "../../sessions/refresh-tokens";
import type { Session } from "../../sessions/session-store.port";
import { inTime } from "../sign-in/decisions";
import { AccessTokenClaims } from "./access-token-claims.port";
import {
  AccessTokens,
  type IssuedAccessToken,
} from "../../access-tokens/access-tokens";
import { signUpScope } from "../../access-tokens/access-token.subject";
import { Profiles } from "../../users/profiles";
import type { User } from "../../users/user-directory.port";

/** A user with a session and its tokens. */
export interface SignedInUser {
  readonly user: User;
  readonly session: Session;
  /**
   * Whether the user has finished signing up; until then the access token
   * grants access to very few routes.
   */
  readonly profileComplete: boolean;
  readonly accessToken: IssuedAccessToken;
  readonly refreshToken: IssuedRefreshToken;
}

/** Issues the token pair of a session. */
@Injectable()
export class IssuedTokens {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly profiles: Profiles,
    private readonly claims: AccessTokenClaims,
  ) {}

  /** The tokens of a session's current generation. */
  async issue(user: User, session: Session): Promise<SignedInUser> {
    const profileComplete = await this.profiles.isComplete(user.profile);
    return {
      user,
      session,
      profileComplete,
      accessToken: await this.accessTokens.issue({
        userId: user.id,
        sessionId: session.id,
        clientId: session.clientId,
        roles: user.roles,
        authenticatedAt: session.authenticatedAt,
        claims: await inTime("access_token_claims", () =>
          this.claims.of(user, session),
        ),
        scope: profileComplete ? undefined : signUpScope,
        confirmation:
          session.keyThumbprint === null
            ? undefined
            : { jkt: session.keyThumbprint },
      }),
      refreshToken: this.refreshTokens.issue(session),
    };
  }
}
