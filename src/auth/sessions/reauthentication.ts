import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../../audit/audit-trail";
import { AuthError } from "../../common/auth-error";
import type { Principal } from "../../common/principal";
import {
  type SessionContext,
  SessionStore,
} from "../../sessions/session-store.port";
import { IdentityStandings } from "../../users/identity-standings";
import { UserDirectory } from "../../users/user-directory.port";
import { CredentialUse } from "../sign-in/credential-use";
import { type Credential, Credentials } from "../sign-in/credentials";
import { IssuedTokens, type SignedInUser } from "./issued-tokens";

/** Maximum age of a token for reauthentication, in seconds. */
export const maxTokenAgeSeconds = 300;

/** Reauthenticates a signed-in user, for actions that require it. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly credentials: Credentials,
    private readonly use: CredentialUse,
    private readonly users: UserDirectory,
    private readonly standings: IdentityStandings,
    private readonly sessions: SessionStore,
    private readonly tokens: IssuedTokens,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * The session continues with new tokens, whose `auth_time` is now.
   *
   * @param credential of one of the user's own accounts; untrusted
   * @throws AuthError `invalid_token`, also for an account that is not the
   *   user's, `token_expired`, `account_disabled`, `session_revoked`,
   *   `invalid_request` with a key other than the session's,
   *   `service_unavailable`, and what verification throws
   */
  async run(
    { userId, sessionId }: Principal,
    credential: Credential,
    context: Omit<SessionContext, "device">,
  ): Promise<SignedInUser> {
    const proved = await this.credentials.prove(credential, maxTokenAgeSeconds);
    const { identity } = proved;
    const found = await this.use.spend(proved, async (transaction) => {
      const refusal = await this.standings.refusalOf(identity, transaction);
      const user = await this.users.lock(userId, transaction);
      if (!user) throw new AuthError("unauthenticated", { reason: "no_user" });
      if (user.status !== "active" || refusal === "blocked") {
        throw new AuthError("account_disabled", { userId });
      }
      if (refusal) {
        throw new AuthError("invalid_token", {
          reason: "issued_before_revocation",
        });
      }
      const own = await this.users.identitiesOf(userId, transaction);
      const isOwn = own.some(
        ({ issuer, subject }) =>
          issuer === identity.issuer && subject === identity.subject,
      );
      if (!isOwn) {
        throw new AuthError("invalid_token", { reason: "not_own_identity" });
      }
      const session = await this.sessions.authenticate(
        ...[sessionId, userId, identity, context, transaction],
      );
      if (!session) {
        throw new AuthError("session_revoked", { reason: "session_ended" });
      }
      const { ip, userAgent } = context;
      await this.audit.record(
        { event: "reauthenticated", userId, sessionId, ip, userAgent },
        transaction,
      );
      return { user, session };
    });
    return this.tokens.issue(found.user, found.session);
  }
}
