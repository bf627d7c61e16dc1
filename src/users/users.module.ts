import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AdminEmails } from "./admin-emails";
import { IdentityEntity } from "./identity.entity";
import { IdentityStanding } from "./identity-standing";
import { OpenProfileSchema } from "./open-profile-schema";
import { ProfileSchema } from "./profile-schema.port";
import { Profiles } from "./profiles";
import { TypeormUserDirectory } from "./typeorm-user-directory";
import { UserDirectory } from "./user-directory.port";
import { UserEntity } from "./user.entity";
import { ConfigurableUsersModule } from "./users.options";

/** Floor 1: who an identity is here. Configure once, in the app module. */
@Module({
  imports: [TypeOrmModule.forFeature([UserEntity, IdentityEntity])],
  providers: [
    AdminEmails,
    IdentityStanding,
    Profiles,
    { provide: ProfileSchema, useClass: OpenProfileSchema },
    { provide: UserDirectory, useClass: TypeormUserDirectory },
  ],
  exports: [AdminEmails, IdentityStanding, Profiles, UserDirectory],
})
export class UsersModule extends ConfigurableUsersModule {}
