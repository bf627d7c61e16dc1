import { Injectable } from "@nestjs/common";
import { AuditTrail } from "../audit/audit-trail";
import { AuthError, type FieldError } from "../common/auth-error";
import type { CallOrigin } from "../common/call-origin";
import { Database, type Transaction } from "../database/database";
import type { EndReason } from "../sessions/session-store.port";
import { Sessions } from "../sessions/sessions";
import { adminRole } from "../users/admin-emails";
import {
  type User,
  type UserChanges,
  UserDirectory,
} from "../users/user-directory.port";

/** The administrator who makes a change. */
export interface Administrator extends CallOrigin {
  readonly userId: string;
}

/** What an administrator may change about a user. */
export type AdminChanges = Pick<UserChanges, "roles" | "status">;

/** Changes that administrators make to users. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly users: UserDirectory,
    private readonly sessions: Sessions,
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Changes roles and status. A user who is disabled, or loses the role
   * `admin`, is signed out everywhere; other role changes take effect at the
   * next refresh.
   *
   * @throws AuthError `not_found`, `invalid_request` for administrators who
   *   would lock themselves out, `insufficient_role`, `service_unavailable`
   */
  async change(
    id: string,
    changes: AdminChanges,
    administrator: Administrator,
  ): Promise<User> {
    if (id === administrator.userId) refuseLockingOut(changes);
    return this.locked(id, administrator, async (user, transaction) => {
      const { roles = user.roles, status = user.status } = changes;
      const by = actorOf(administrator, id);
      const event = { ...by, userId: id, reason: "changed_by_admin" };
      if (!haveSame(roles, user.roles)) {
        const details = { before: user.roles, after: roles };
        await this.audit.record(
          { ...event, event: "roles_changed", details },
          transaction,
        );
      }
      if (status !== user.status) {
        const details = { before: user.status, after: status };
        await this.audit.record(
          { ...event, event: "status_changed", details },
          transaction,
        );
      }
      const reason = reasonToSignOut(user, { roles, status });
      if (reason) {
        await this.sessions.endAll(id, { ...by, reason }, transaction);
      }
      return this.users.change(user, { roles, status }, transaction);
    });
  }

  /**
   * Signs a user out everywhere. Idempotent.
   *
   * @throws AuthError `not_found`, `insufficient_role`, `service_unavailable`
   */
  async signOut(id: string, administrator: Administrator): Promise<void> {
    await this.locked(id, administrator, async (_user, transaction) => {
      await this.sessions.endAll(
        id,
        { ...actorOf(administrator, id), reason: "ended_by_admin" },
        transaction,
      );
    });
  }

  /**
   * Changes a user while both the user and the administrator are locked: the
   * access token of an administrator who has just been removed still works for
   * a second on other instances, and if two administrators remove each other,
   * one remains.
   */
  private async locked<T>(
    id: string,
    { userId: actorId }: Administrator,
    run: (user: User, transaction: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(async (transaction) => {
      const found = new Map<string, User | null>();
      for (const each of [...new Set([id, actorId])].sort()) {
        found.set(each, await this.users.lock(each, transaction));
      }
      const actor = found.get(actorId);
      if (actor?.status !== "active" || !actor.roles.includes(adminRole)) {
        throw new AuthError("insufficient_role", { reason: "no_longer_admin" });
      }
      const user = found.get(id);
      if (!user) throw new AuthError("not_found", { reason: "no_such_user" });
      return run(user, transaction);
    });
  }
}

/** Who changes the user with this id, for the audit log. */
function actorOf({ userId, ...where }: Administrator, id: string) {
  return { actorId: userId === id ? null : userId, ...where };
}

/** Why the user's tokens must be revoked; null if they remain valid. */
function reasonToSignOut(
  before: User,
  { roles, status }: Required<AdminChanges>,
): EndReason | null {
  if (status === "disabled") {
    return before.status === "disabled" ? null : "user_disabled";
  }
  const wasAdmin = before.roles.includes(adminRole);
  return wasAdmin && !roles.includes(adminRole) ? "ended_by_admin" : null;
}

/** @throws AuthError `invalid_request` */
function refuseLockingOut({ roles, status }: AdminChanges): void {
  const errors: FieldError[] = [];
  if (status === "disabled") {
    errors.push({ field: "status", message: "you cannot disable yourself" });
  }
  if (roles && !roles.includes(adminRole)) {
    errors.push({
      field: "roles",
      message: `you cannot take the role ${adminRole} from yourself`,
    });
  }
  if (errors.length > 0) throw new AuthError("invalid_request", { errors });
}

/** @param one without repetitions, like the other */
function haveSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((it) => other.includes(it));
}
