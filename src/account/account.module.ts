import { Module } from "@nestjs/common";
import { Account } from "./account";
import { AccountController } from "./account.controller";
import { AccountExport } from "./account-export";
import { Identities } from "./identities";
import { IdentitiesController } from "./identities.controller";

/** What users do with their own accounts. Part of GoogleAuthModule. */
@Module({
  controllers: [AccountController, IdentitiesController],
  providers: [Account, AccountExport, Identities],
})
export class AccountModule {}
