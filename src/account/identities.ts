import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { CredentialUse } from "../auth/sign-in/credential-use";
import { type Credential, Credentials } from "../auth/sign-in/credentials";
import { admit } from "../auth/sign-in/decisions";
import { maxTokenAgeSeconds } from "../auth/sessions/reauthentication";
import { SignInPolicy } from "../auth/sign-in/sign-in-policy.port";
import { AuthError } from "../common/auth-error";
import type { CallOrigin } from "../common/call-origin";
import type { Principal } from "../common/principal";
import { Database } from "../database/database";
import { Sessions } from "../sessions/sessions";
import { IdentityStandings } from "../users/identity-standings";
import { type Identity, UserDirectory } from "../users/user-directory.port";
import { active } from "./account";
import { identityIdOf } from "./identities.dto";

/** Maximum number of accounts that one user can sign in with. */
export const maxIdentities = 10;

/** The accounts that a user can sign in with; all of them are equivalent. */
@Injectable()
export class Identities {
  constructor(
    private readonly users: UserDirectory,
    private readonly standings: IdentityStandings,
    private readonly credentials: Credentials,
    private readonly use: CredentialUse,
    private readonly policy: SignInPolicy,
    private readonly sessions: Sessions,
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * The accounts of the user, oldest first.
   *
   * @throws AuthError `unauthenticated`, `account_disabled`, `service_unavailable`
   */
  async list({ userId }: Principal): Promise<Identity[]> {
    active(await this.users.findById(userId));
    const identities = await this.users.identitiesOf(userId);
    return identities.sort(
      (one, other) => one.createdAt.getTime() - other.createdAt.getTime(),
    );
  }

  /**
   * Links another account to the user; does nothing if it is already linked.
   * The rules of a sign-in apply. If several users link it concurrently, or
   * someone signs in with it for the first time, exactly one gets it.
   *
   * @param credential of the account; untrusted
   * @throws AuthError `identity_in_use`, `identity_limit_reached`,
   *   `unauthenticated`, `account_disabled`, `service_unavailable`; what
   *   verification throws, and the policy's code
   */
  async link(
    { userId, sessionId }: Principal,
    credential: Credential,
    origin: CallOrigin,
  ): Promise<Identity> {
    const proved = await this.credentials.prove(credential, maxTokenAgeSeconds);
    const { identity: account } = proved;
    await admit(this.policy, account, origin);
    return this.use.spend(proved, async (transaction) => {
      const refusal = await this.standings.refusalOf(account, transaction);
      if (refusal) throw refusalOf(refusal, userId);
      const user = active(await this.users.lock(userId, transaction));
      const before = await this.users.identitiesOf(userId, transaction);
      const outcome = await this.users.link(user, account, transaction);
      if (outcome.kind === "taken") throw new AuthError("identity_in_use");
      const { identity } = outcome;
      if (outcome.kind === "known") return identity;
      if (before.length >= maxIdentities) {
        throw new AuthError("identity_limit_reached");
      }
      const details = { id: identityIdOf(identity), issuer: identity.issuer };
      await this.audit.record(
        { event: "identity_linked", userId, sessionId, ...origin, details },
        transaction,
      );
      return identity;
    });
  }

  /**
   * Unlinks an account from the user, but never the last one. Roles that the
   * user had because of it are removed; then all sessions end, because their
   * tokens contain the roles. Otherwise sessions continue.
   *
   * @param id as returned by the list; untrusted
   * @throws AuthError `not_found`, also for another user's account;
   *   `last_identity`, `unauthenticated`, `account_disabled`,
   *   `service_unavailable`
   */
  async unlink(
    { userId, sessionId }: Principal,
    id: string,
    origin: CallOrigin,
  ): Promise<void> {
    const known = await this.users.identitiesOf(userId);
    const named = known.find((own) => identityIdOf(own) === id);
    await this.database.transaction(async (transaction) => {
      if (named) await this.standings.hold(named, transaction);
      const user = active(await this.users.lock(userId, transaction));
      const identities = await this.users.identitiesOf(userId, transaction);
      const identity = identities.find((own) => identityIdOf(own) === id);
      if (!identity) throw new AuthError("not_found");
      if (identities.length === 1) throw new AuthError("last_identity");
      const remaining = identities.filter((own) => own !== identity);
      const lost = await this.standings.unlinked(
        ...[user, identity, remaining, transaction],
      );
      await this.users.unlink(user, identity, transaction);
      const details = { id, issuer: identity.issuer };
      await this.audit.record(
        { event: "identity_unlinked", userId, sessionId, ...origin, details },
        transaction,
      );
      if (lost.length === 0) return;
      const roles = user.roles.filter((role) => !lost.includes(role));
      await this.users.change(user, { roles }, transaction);
      await this.audit.record(
        {
          event: "roles_changed",
          userId,
          reason: "identity_unlinked",
          details: { before: user.roles, after: roles },
          ...origin,
        },
        transaction,
      );
      const reason = "roles_changed";
      await this.sessions.endAll(userId, { reason, ...origin }, transaction);
    });
  }
}

function refusalOf(refusal: "blocked" | "revoked", userId: string): AuthError {
  return refusal === "blocked"
    ? new AuthError("account_disabled", {
        reason: "blocked_by_provider",
        userId,
      })
    : new AuthError("invalid_token", {
        reason: "issued_before_revocation",
        userId,
      });
}
