import { Module } from "@nestjs/common";
import { Account } from "./account";
import { AccountController } from "./account.controller";
import { AccountExport } from "./account-export";

/**
 * Floor 3: what users do with their own accounts. Needs the audit, rate
 * limits, users and sessions modules.
 */
@Module({
  controllers: [AccountController],
  providers: [Account, AccountExport],
})
export class AccountModule {}
