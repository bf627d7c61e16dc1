import { Controller, Get, Header, UseFilters } from "@nestjs/common";
import {
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { Public } from "../common/access.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { JwksDto } from "./jwks.dto";
import { jwksMaxAgeSeconds } from "./key-life";
import { withoutSecrets } from "./published-key";
import { SigningKeys } from "./signing-keys.port";

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller(".well-known")
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get("jwks.json")
  @Header("Cache-Control", `public, max-age=${jwksMaxAgeSeconds}`)
  @ApiOperation({
    summary: "The public keys of this service's access tokens (RFC 7517)",
    description:
      "The next, the current and the previous key. May be cached for five minutes.",
  })
  @ApiOkResponse({ type: JwksDto })
  @ApiProblem("invalid_request", "service_unavailable")
  getJwks(): JwksDto {
    // Another implementation of the seam may return more than the public half.
    return { keys: this.keys.published().map(withoutSecrets) };
  }
}
