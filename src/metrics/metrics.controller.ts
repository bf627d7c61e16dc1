import {
  Controller,
  Get,
  Header,
  Inject,
  Req,
  UseFilters,
} from "@nestjs/common";
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from "../common/open-api.decorators";
import { ApiProblem } from "../common/problem.dto";
import { Public } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { isSameText } from "../common/nonce";
import { Metrics } from "./metrics";
import { METRICS_OPTIONS, type MetricsOptions } from "./metrics.options";

/** The request properties that both HTTP platforms have. */
interface ScrapeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string };
}

/** Headers that a proxy adds: the call comes from somewhere else. */
const forwardingHeaders = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * For Prometheus. For unauthorized callers the route does not exist.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
@ApiTags("Operations")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("metrics")
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(METRICS_OPTIONS) private readonly options: MetricsOptions,
  ) {}

  @Get()
  @ApiOperation({
    summary: "Metrics for Prometheus, with METRICS_TOKEN as the bearer token",
    description: "In Prometheus' text format; without labels that name a user.",
  })
  @ApiProduces("text/plain")
  @ApiOkResponse({ description: "Prometheus' text format", type: String })
  @ApiProblem("not_found")
  @Header("Cache-Control", "no-store")
  @Header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
  getMetrics(@Req() request: ScrapeRequest): Promise<string> {
    if (!this.mayRead(request)) throw new AuthError("not_found");
    return this.metrics.text();
  }

  private mayRead({ headers, socket }: ScrapeRequest): boolean {
    const { token, isTokenRequired } = this.options;
    if (token !== null) {
      return isSameText(String(headers.authorization), `Bearer ${token}`);
    }
    return (
      !isTokenRequired &&
      isLoopback(socket.remoteAddress) &&
      forwardingHeaders.every((name) => headers[name] === undefined)
    );
  }
}

function isLoopback(address = ""): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}
