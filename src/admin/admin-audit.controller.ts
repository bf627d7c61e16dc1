import { Controller, Get, Header, Query } from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "@nestjs/swagger";
import { Roles } from "../common/access.decorators";
import { ApiProblem } from "../common/problem.dto";
import { adminRole } from "../users/admin-emails";
import { AuditPageDto, AuditQueryDto } from "./admin-audit.dto";
import { AuditLog } from "./audit-log";
import { PageCursors } from "./page-cursors";
import { StrictInputPipe } from "./strict-input.pipe";

@ApiTags("Administration")
@ApiBearerAuth()
@Roles(adminRole)
@Controller("admin/audit")
export class AdminAuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly cursors: PageCursors,
  ) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({ summary: "The audit log, newest first" })
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
      cursor === undefined ? undefined : this.cursors.read("audit", cursor);
    // One more than is shown tells whether there is a next page.
    const found = await this.log.list(filter, before, limit + 1);
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ line }) => line),
      nextCursor: last ? this.cursors.write("audit", last.position) : null,
    };
  }
}
