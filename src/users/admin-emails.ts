import { Inject, Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { IdentityStandings } from "./identity-standings";
import { type User, UserDirectory } from "./user-directory.port";

/** Settings of the users module. */
export interface UsersOptions {
  /**
   * Users with one of these addresses get the role `admin`, if Google is
   * authoritative for the address.
   */
  readonly adminEmails: readonly string[];
}

export const USERS_OPTIONS = Symbol("USERS_OPTIONS");

/** The role that the routes under `/admin` require. */
export const adminRole = "admin";

/** The client of a sign-in. */
interface SignInContext {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * Gives the role `admin` to users with an address in `ADMIN_EMAILS`, such as
 * the first administrator. The role is removed when the account with the
 * address is unlinked, but not when the address is removed from the list.
 */
@Injectable()
export class AdminEmails {
  private readonly emails: ReadonlySet<string>;

  constructor(
    private readonly users: UserDirectory,
    private readonly standings: IdentityStandings,
    private readonly database: Database,
    private readonly audit: AuditTrail,
    @Inject(USERS_OPTIONS) { adminEmails }: UsersOptions,
  ) {
    this.emails = new Set(adminEmails.map(inLowerCase));
  }

  /**
   * The user, with the role if it is due. No I/O for users who are not listed
   * or already have the role. Concurrent and idempotent.
   *
   * @param identity as verified in this sign-in; if Google is not authoritative
   *   for its address, the address may belong to somebody else by now
   * @throws AuthError `service_unavailable`
   */
  async grant(
    identity: VerifiedIdentity,
    user: User,
    { ip, userAgent }: SignInContext,
  ): Promise<User> {
    if (user.roles.includes(adminRole) || !this.isListed(identity)) return user;
    return this.database.transaction(async (transaction) => {
      await this.standings.hold(identity, transaction);
      const current = await this.users.lock(user.id, transaction);
      // Deleted, or given the role by another sign-in, in the meantime.
      if (!current) return user;
      if (current.roles.includes(adminRole)) return current;
      const roles = [...current.roles, adminRole];
      await this.standings.grantRoles(identity, [adminRole], transaction);
      await this.audit.record(
        {
          event: "roles_changed",
          userId: user.id,
          reason: "admin_emails",
          details: { before: current.roles, after: roles },
          ip,
          userAgent,
        },
        transaction,
      );
      return this.users.change(current, { roles }, transaction);
    });
  }

  private isListed({ email, emailAuthority }: VerifiedIdentity): boolean {
    return (
      email !== null &&
      emailAuthority === "authoritative" &&
      this.emails.has(inLowerCase(email))
    );
  }
}

/** ASCII only: some other Unicode letters have ASCII letters as lower case. */
function inLowerCase(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
