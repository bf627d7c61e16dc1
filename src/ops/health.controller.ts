import {
  Controller,
  Get,
  Header,
  ServiceUnavailableException,
} from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiTags } from "@nestjs/swagger";
import {
  HealthCheck,
  HealthCheckService,
  type HealthCheckResult,
} from "@nestjs/terminus";
import { Public } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ApiProblem } from "../common/problem.dto";
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
  @ApiProblem("service_unavailable")
  async ready(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.checks.all());
    } catch (error) {
      throw new AuthError("service_unavailable", {
        reason: `not_ready: ${failedChecks(error).join(", ")}`,
        retryAfterSeconds: 5,
        cause: error,
      });
    }
  }
}

/** The names of the checks that did not pass. */
function failedChecks(error: unknown): string[] {
  if (!(error instanceof ServiceUnavailableException)) return ["unknown"];
  const { error: failed } = error.getResponse() as HealthCheckResult;
  return Object.keys(failed ?? {});
}
