import { Injectable, NotFoundException } from "@nestjs/common";
import { Database, UserDirectory } from "nest-google-auth";

/**
 * Roles belong to the application's table. nest-google-auth puts its own copy
 * into access tokens, so both change in one transaction.
 */
@Injectable()
export class TeamRoles {
  constructor(
    private readonly database: Database,
    private readonly users: UserDirectory,
  ) {}

  /** Takes effect with the user's next refresh. */
  async change(id: number, tenant: string, role: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const [member] = await transaction.query<{ googleAuthId: string | null }>(
        `UPDATE public.users SET role = $1 WHERE id = $2 AND tenant = $3
         RETURNING google_auth_id AS "googleAuthId"`,
        [role, id, tenant],
      );
      if (!member) throw new NotFoundException();
      if (member.googleAuthId === null) return;
      const user = await this.users.lock(member.googleAuthId, transaction);
      if (user) await this.users.change(user, { roles: [role] }, transaction);
    });
  }
}
