import { Module } from "@nestjs/common";
import { AdminAuditController } from "./admin-audit.controller";
import { AdminOverviewController } from "./admin-overview.controller";
import { AdminUsersController } from "./admin-users.controller";
import { AuditLog } from "./audit-log";
import { UserAdministration } from "./user-administration";

/**
 * What users with the role `admin` may see and do. Part of GoogleAuthModule.
 */
@Module({
  controllers: [
    AdminUsersController,
    AdminAuditController,
    AdminOverviewController,
  ],
  providers: [AuditLog, UserAdministration],
})
export class AdminModule {}
