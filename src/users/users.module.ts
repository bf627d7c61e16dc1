import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { IdentityEntity } from "./identity.entity";
import { TypeormUserDirectory } from "./typeorm-user-directory";
import { UserDirectory } from "./user-directory.port";
import { UserEntity } from "./user.entity";
import { UsersController } from "./users.controller";
import { ConfigurableUsersModule } from "./users.options";

/** Floor 1: who an identity is here. Configure once, in the app module. */
@Module({
  imports: [TypeOrmModule.forFeature([UserEntity, IdentityEntity])],
  controllers: [UsersController],
  providers: [{ provide: UserDirectory, useClass: TypeormUserDirectory }],
  exports: [UserDirectory],
})
export class UsersModule extends ConfigurableUsersModule {}
