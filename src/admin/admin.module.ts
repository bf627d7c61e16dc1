import { Module } from "@nestjs/common";
import { AdminAuditController } from "./admin-audit.controller";
import { AdminUsersController } from "./admin-users.controller";
import { AuditLog } from "./audit-log";
import { UserAdministration } from "./user-administration";

/** Floor 3: what users with the role `admin` may see and do. A room of GoogleAuthModule. */
@Module({
  controllers: [AdminUsersController, AdminAuditController],
  providers: [AuditLog, UserAdministration],
})
export class AdminModule {}
