import { Module } from "@nestjs/common";
import { GuardedRoutes } from "../common/guarded-routes";
import { AdminAuditController } from "./admin-audit.controller";
import { AdminUsersController } from "./admin-users.controller";
import { ConfigurableAdminModule } from "./admin.options";
import { AuditLog } from "./audit-log";
import { PageCursors } from "./page-cursors";
import { UserAdministration } from "./user-administration";

/**
 * Floor 3: what users with the role `admin` may see and do. Needs the audit,
 * auth, users and sessions modules.
 */
@Module({
  controllers: [AdminUsersController, AdminAuditController],
  providers: [AuditLog, PageCursors, UserAdministration],
})
export class AdminModule extends ConfigurableAdminModule {
  /** @param guard without which everybody would be an administrator */
  constructor(protected readonly guard: GuardedRoutes) {
    super();
  }
}
