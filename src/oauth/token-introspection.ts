import { Injectable } from "@nestjs/common";
import { AuthError } from "../common/auth-error";
import { SessionStore } from "../sessions/session-store.port";
import { AccessTokens } from "../access-tokens/access-tokens";
import { UserDirectory } from "../users/user-directory.port";
import type { IntrospectionDto } from "./introspection.dto";

const inactive: IntrospectionDto = Object.freeze({ active: false });

/** Tells other services whether an access token is currently valid. */
@Injectable()
export class TokenIntrospection {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly sessions: SessionStore,
    private readonly users: UserDirectory,
  ) {}

  /**
   * The claims of an access token, as long as its session exists. It queries
   * the store, so that sessions that have just been ended on any instance are
   * inactive here.
   *
   * @param token untrusted; a refresh token is reported as inactive
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
