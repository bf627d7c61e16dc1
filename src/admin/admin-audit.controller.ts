import {
  Controller,
  Get,
  Header,
  Query,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { Roles } from "../common/access.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { adminRole } from "../users/admin-emails";
import { AuditPageDto, AuditQueryDto } from "./admin-audit.dto";
import { AuditLog } from "./audit-log";
import { StrictInputPipe } from "./input.pipes";
import { cursorForms, readCursor, writeCursor } from "./page-cursors";

@ApiTags("Administration")
@ApiBearerAuth()
@UseGuards(AccessTokenGuard)
@Roles(adminRole)
@UseFilters(ProblemDetailsFilter)
@Controller("admin/audit")
export class AdminAuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "The audit log, newest first",
    description:
      "Read page by page with `nextCursor`; filters apply to all pages.",
  })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "service_unavailable",
  )
  async listAuditEvents(
    @Query(StrictInputPipe) { limit, cursor, ...filter }: AuditQueryDto,
  ): Promise<AuditPageDto> {
    const before =
      cursor === undefined
        ? undefined
        : readCursor(cursor, cursorForms.time, cursorForms.id);
    // One extra row tells whether there is a next page.
    const found = await this.log.list(filter, before, limit + 1);
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ line }) => line),
      nextCursor: last ? writeCursor(last.position) : null,
    };
  }
}
