import { Inject, Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { Database } from "../database/database";
import type { VerifiedIdentity } from "../identity/verified-identity";
import { IdentityStandings } from "./identity-standings";
import { type User, UserDirectory } from "./user-directory.port";

/** Who is more than a user from the start. */
export interface UsersOptions {
  /** Who signs in with one of these addresses, of which Google is the authority, gets the role `admin`. */
  readonly adminEmails: readonly string[];
}

export const USERS_OPTIONS = Symbol("USERS_OPTIONS");

/** The role that opens the routes under `/admin`. */
export const adminRole = "admin";

/** Where a sign-in comes from. */
interface SignInContext {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/**
 * Makes administrators of the users on the list `ADMIN_EMAILS`: the way in for
 * the first of them. The role goes when the account with the address is
 * unlinked; an address that is taken off the list takes nothing away.
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
   * The user with the role, if it is due. Without I/O for everybody who is not
   * on the list, or has the role. Concurrent and idempotent.
   *
   * @param identity what was proved at this sign-in; of an address that is only
   *   verified, Google does not say whose it is now
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
      // Gone, or made one by another sign-in, in the meantime.
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

/** ASCII only: in Unicode, letters of others have lower cases that look like ours. */
function inLowerCase(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
