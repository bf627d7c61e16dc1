import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { MemberEntity } from "./member.entity";
import { TeamController } from "./team.controller";
import { TeamRoles } from "./team-roles";

@Module({
  imports: [TypeOrmModule.forFeature([MemberEntity])],
  controllers: [TeamController],
  providers: [TeamRoles],
})
export class TeamModule {}
