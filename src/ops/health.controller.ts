import { Controller, Get, Header } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiTags } from "@nestjs/swagger";
import {
  HealthCheck,
  HealthCheckService,
  type HealthCheckResult,
} from "@nestjs/terminus";
import { Public } from "../common/access.decorators";
import { ReadinessChecks } from "./readiness-checks";

@ApiTags("Operations")
@Public()
@Controller("health")
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly checks: ReadinessChecks,
  ) {}

  @Get("live")
  @Header("Cache-Control", "no-store")
  @ApiOperation({ summary: "Whether the process answers at all; no I/O" })
  @ApiOkResponse({ description: "It does" })
  live(): { status: "ok" } {
    return { status: "ok" };
  }

  @Get("ready")
  @Header("Cache-Control", "no-store")
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    summary: "Whether requests can be served: database, migrations, keys",
  })
  @ApiOkResponse({ description: "They can" })
  async ready(): Promise<HealthCheckResult> {
    return this.health.check(this.checks.all());
  }
}
