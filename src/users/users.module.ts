import { Global, Module } from "@nestjs/common";
import { AdminEmails } from "./admin-emails";
import { IdentityStandings } from "./identity-standings";
import { OpenProfileSchema } from "./open-profile-schema";
import { PostgresUserDirectory } from "./postgres-user-directory";
import { ProfileSchema } from "./profile-schema.port";
import { Profiles } from "./profiles";
import { UserDirectory } from "./user-directory.port";

/** Users and their identities. Part of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    AdminEmails,
    IdentityStandings,
    Profiles,
    { provide: ProfileSchema, useClass: OpenProfileSchema },
    { provide: UserDirectory, useClass: PostgresUserDirectory },
  ],
  exports: [AdminEmails, IdentityStandings, Profiles, UserDirectory],
})
export class UsersModule {}
