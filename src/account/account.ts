import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { AuthError } from "../common/auth-error";
import type { CallOrigin } from "../common/call-origin";
import type { Principal } from "../common/principal";
import { Database } from "../database/database";
import { SessionStore } from "../sessions/session-store.port";
import { Sessions } from "../sessions/sessions";
import { IdentityStandings } from "../users/identity-standings";
import { Profiles } from "../users/profiles";
import { type User, UserDirectory } from "../users/user-directory.port";

/** What users do with their own accounts. */
@Injectable()
export class Account {
  constructor(
    private readonly users: UserDirectory,
    private readonly profiles: Profiles,
    private readonly standings: IdentityStandings,
    private readonly sessions: Sessions,
    private readonly store: SessionStore,
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws AuthError `unauthenticated`, `account_disabled`, `service_unavailable` */
  async find({ userId }: Principal): Promise<User> {
    return active(await this.users.findById(userId));
  }

  /**
   * Merges fields into the profile. Concurrent calls are serialized, so each
   * sees the changes of those before it.
   *
   * @param sent untrusted
   * @param finish whether the profile must be complete afterwards
   * @throws AuthError `invalid_request`, `unauthenticated`, `account_disabled`,
   *   `service_unavailable`
   */
  async changeProfile(
    { userId, sessionId }: Principal,
    sent: unknown,
    { ip, userAgent }: CallOrigin,
    { finish = false }: { readonly finish?: boolean } = {},
  ): Promise<User> {
    return this.database.transaction(async (transaction) => {
      const user = active(await this.users.lock(userId, transaction));
      const profile = await this.profiles.changed(user.profile, sent, {
        finish,
      });
      const [wasComplete, isComplete] = await Promise.all([
        this.profiles.isComplete(user.profile),
        this.profiles.isComplete(profile),
      ]);
      if (isComplete && !wasComplete) {
        await this.audit.record(
          { event: "profile_completed", userId, sessionId, ip, userAgent },
          transaction,
        );
      }
      return this.users.change(user, { profile }, transaction);
    });
  }

  /**
   * Deletes the user with its identities and sessions; their access tokens are
   * revoked. What remains are audit lines, without addresses, user agents and
   * details: what happened to the user with this id, and when.
   *
   * A concurrent sign-in either comes first and is deleted as well, or comes
   * after and creates a new user.
   *
   * @throws AuthError `unauthenticated`, `account_disabled`, `service_unavailable`
   */
  async delete({ userId }: Principal): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const user = active(await this.users.lock(userId, transaction));
      const identities = await this.users.identitiesOf(userId, transaction);
      await this.sessions.endAll(
        userId,
        { reason: "user_deleted" },
        transaction,
      );
      await this.store.erase(userId, transaction);
      await this.users.delete(user, transaction);
      await this.standings.forgetUser(userId, identities, transaction);
      await this.audit.record({ event: "user_deleted", userId }, transaction);
      await this.audit.scrub(userId, transaction);
    });
  }
}

/** @throws AuthError `unauthenticated`, `account_disabled` */
export function active(user: User | null): User {
  if (!user) throw new AuthError("unauthenticated", { reason: "unknown_user" });
  // A disabled user must not be able to start over by deleting the account.
  if (user.status !== "active") throw new AuthError("account_disabled");
  return user;
}
