import { Controller, Get, Header, UseFilters } from "@nestjs/common";
import {
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { HealthCheck, type HealthCheckResult } from "@nestjs/terminus";
import { Public } from "../common/access.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { LivenessDto, ReadinessDto } from "./health.dto";
import { Readiness } from "./readiness";

@ApiTags("Operations")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("health")
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get("live")
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Whether the process responds; no I/O",
    description:
      "For the liveness probe: a process that does not respond should be restarted.",
  })
  @ApiOkResponse({ type: LivenessDto })
  @ApiProblem("invalid_request")
  getLiveness(): LivenessDto {
    return { status: "ok" };
  }

  @Get("ready")
  @Header("Cache-Control", "no-store")
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    summary: "Whether requests can be served: database, migrations, keys",
    description:
      "For the readiness probe and the load balancer. Results are cached for one second.",
  })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiProblem("invalid_request", "service_unavailable")
  getReadiness(): Promise<HealthCheckResult> {
    return this.readiness.result();
  }
}
