import { Module } from "@nestjs/common";
import { Account } from "./account";
import { AccountController } from "./account.controller";
import { AccountExport } from "./account-export";
import { Identities } from "./identities";
import { IdentitiesController } from "./identities.controller";
import { IdentityProof } from "./identity-proof";

/**
 * Floor 3: what users do with their own accounts. Needs the audit, auth,
 * identity, rate limits, users and sessions modules.
 */
@Module({
  controllers: [AccountController, IdentitiesController],
  providers: [Account, AccountExport, Identities, IdentityProof],
})
export class AccountModule {}
