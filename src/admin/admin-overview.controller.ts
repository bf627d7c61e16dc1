import { Controller, Get, Header, UseFilters, UseGuards } from "@nestjs/common";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { Roles } from "../common/access.decorators";
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from "../common/open-api.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { SessionStore } from "../sessions/session-store.port";
import { adminRole } from "../users/admin-emails";

/** More sessions are not counted, because counting takes time. */
const maxCounted = 10_000;

/** Figures about the service. */
export class AdminOverviewDto {
  @ApiProperty({
    type: "integer",
    nullable: true,
    maximum: maxCounted,
    description: `The live sessions of all users, counted up to ${maxCounted}; null if the session store cannot count them`,
  })
  readonly liveSessions!: number | null;
}

@ApiTags("Administration")
@ApiBearerAuth()
@UseGuards(AccessTokenGuard)
@Roles(adminRole)
@UseFilters(ProblemDetailsFilter)
@Controller("admin/overview")
export class AdminOverviewController {
  constructor(private readonly sessions: SessionStore) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Figures about the service",
    description: "Counted at the time of the request.",
  })
  @ApiOkResponse({ type: AdminOverviewDto })
  @ApiProblem(
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "service_unavailable",
  )
  async getOverview(): Promise<AdminOverviewDto> {
    return { liveSessions: await this.sessions.countLive(maxCounted) };
  }
}
