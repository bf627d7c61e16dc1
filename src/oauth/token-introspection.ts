import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { SessionStore } from "../sessions/session-store.port";
import { AccessTokens } from "../access-tokens/access-tokens";
import { UserDirectory } from "../users/user-directory.port";
import type { IntrospectionDto } from "./introspection.dto";

const inactive: IntrospectionDto = Object.freeze({ active: false });

/** Tells other services whether an access token is good at this moment. */
@Injectable()
export class TokenIntrospection {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly sessions: SessionStore,
    private readonly users: UserDirectory,
  ) {}

  /**
   * What an access token says, while its session lasts: the store is asked, so
   * that a session which has just been ended anywhere is over here.
   *
   * @param token untrusted; of a refresh token nothing is told
   * @throws AuthError `service_unavailable`
   * @see https://www.rfc-editor.org/rfc/rfc7662#section-2.2
   */
  async introspect(token: string): Promise<IntrospectionDto> {
    const principal = this.read(token);
    if (!principal) return inactive;
    const [session, user] = await Promise.all([
      this.sessions.find(principal.sessionId),
      this.users.findById(principal.userId),
    ]);
    if (!session || session.revokedAt !== null) return inactive;
    if (user?.status !== "active") return inactive;
    return {
      ...principal.claims,
      active: true,
      token_type: principal.confirmation ? "DPoP" : "Bearer",
    };
  }

  private read(token: string) {
    try {
      return this.accessTokens.verify(token);
    } catch (error) {
      if (error instanceof AuthError && error.status === 401) return null;
      throw error;
    }
  }
}
