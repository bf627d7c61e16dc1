import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { AuthError } from "../common/auth-error";
import type { Principal } from "../common/principal";
import { Database } from "../database/database";
import { type Identity, UserDirectory } from "../users/user-directory.port";
import { active, type CallContext } from "./account";
import { identityIdOf } from "./identities.dto";
import { IdentityProof, type PresentedIdentity } from "./identity-proof";

/** Most accounts that may sign in one user. */
export const maxIdentities = 10;

/** The accounts that sign a user in: any of them, on equal terms. */
@Injectable()
export class Identities {
  constructor(
    private readonly users: UserDirectory,
    private readonly proof: IdentityProof,
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Those of the user, the oldest first.
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
   * Lets one more account sign the user in; one that does already, does. Of
   * several users, and a first sign-in with it at the same moment, one gets it.
   *
   * @param presented untrusted
   * @throws AuthError `identity_in_use`, `identity_limit_reached`,
   *   `unauthenticated`, `account_disabled`, `service_unavailable`; and what the
   *   proof throws
   */
  async link(
    { userId, sessionId }: Principal,
    presented: PresentedIdentity,
    { ip, userAgent }: CallContext,
  ): Promise<Identity> {
    const proved = await this.proof.of(presented);
    return this.proof.spend(proved, async (transaction) => {
      const user = active(await this.users.lock(userId, transaction));
      const before = await this.users.identitiesOf(userId, transaction);
      const outcome = await this.users.link(user, proved, transaction);
      if (outcome.kind === "taken") throw new AuthError("identity_in_use");
      const { identity } = outcome;
      if (outcome.kind === "known") return identity;
      if (before.length >= maxIdentities) {
        throw new AuthError("identity_limit_reached");
      }
      const details = { id: identityIdOf(identity), issuer: identity.issuer };
      await this.audit.record(
        {
          event: "identity_linked",
          ...{ userId, sessionId, ip, userAgent, details },
        },
        transaction,
      );
      return identity;
    });
  }

  /**
   * Takes an account from the user, but never the last one. Sessions go on: of
   * none is it known with which account it began.
   *
   * @param id as listed; untrusted
   * @throws AuthError `not_found`, also when it is another user's;
   *   `last_identity`, `unauthenticated`, `account_disabled`, `service_unavailable`
   */
  async unlink(
    { userId, sessionId }: Principal,
    id: string,
    { ip, userAgent }: CallContext,
  ): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const user = active(await this.users.lock(userId, transaction));
      const identities = await this.users.identitiesOf(userId, transaction);
      const identity = identities.find((own) => identityIdOf(own) === id);
      if (!identity) throw new AuthError("not_found");
      if (identities.length === 1) throw new AuthError("last_identity");
      await this.users.unlink(user, identity, transaction);
      const details = { id, issuer: identity.issuer };
      await this.audit.record(
        {
          event: "identity_unlinked",
          ...{ userId, sessionId, ip, userAgent, details },
        },
        transaction,
      );
    });
  }
}
