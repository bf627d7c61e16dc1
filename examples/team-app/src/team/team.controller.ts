import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  ValidationPipe,
} from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { CurrentUser, type Principal, Roles } from "nest-google-auth";
import type { Repository } from "typeorm";
import { MemberEntity } from "./member.entity";
import { InvitationDto, RoleDto } from "./team.dto";
import { TeamRoles } from "./team-roles";

/** Every route is limited to the tenant in the access token. */
@Controller("team")
export class TeamController {
  constructor(
    @InjectRepository(MemberEntity)
    private readonly members: Repository<MemberEntity>,
    private readonly roles: TeamRoles,
  ) {}

  @Get()
  list(@CurrentUser() user: Principal): Promise<MemberEntity[]> {
    return this.members.find({
      where: { tenant: tenantOf(user) },
      order: { id: "ASC" },
    });
  }

  @Roles("owner")
  @Post("invitations")
  async invite(
    @CurrentUser() user: Principal,
    @Body(new ValidationPipe()) { email, role }: InvitationDto,
  ): Promise<void> {
    await this.members.query(
      `INSERT INTO public.invitations (email, tenant, role)
       VALUES (lower($1), $2, $3) ON CONFLICT DO NOTHING`,
      [email, tenantOf(user), role],
    );
  }

  @Roles("owner")
  @Patch(":id")
  async changeRole(
    @CurrentUser() user: Principal,
    @Param("id", ParseIntPipe) id: number,
    @Body(new ValidationPipe()) { role }: RoleDto,
  ): Promise<void> {
    await this.roles.change(id, tenantOf(user), role);
  }
}

/**
 * Of `TenantClaims`.
 *
 * @throws ForbiddenException for a user who is no longer in the table
 */
function tenantOf({ claims: { tenant } }: Principal): string {
  if (typeof tenant !== "string") throw new ForbiddenException();
  return tenant;
}
