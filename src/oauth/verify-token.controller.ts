import {
  Body,
  Controller,
  Header,
  HttpCode,
  Post,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBasicAuth,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { Public } from "../common/access.decorators";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { IntrospectionClientGuard } from "./introspection-client.guard";
import { VerifyToken } from "./verify-token";
import { VerifiedTokenDto, VerifyTokenRequestDto } from "./verify-token.dto";

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("verify-token")
export class VerifyTokenController {
  constructor(private readonly verification: VerifyToken) {}

  @Post()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  // Refused tokens do not count: a client that sends bad tokens to a component
  // must not be able to lock the component out.
  @RateLimited("verifyToken")
  @UseGuards(IntrospectionClientGuard)
  @ApiBasicAuth()
  @ApiOperation({
    summary: "Verify an ID token that a component has received",
    description:
      "For the services of INTROSPECTION_CLIENTS, which authenticate with HTTP Basic. Verification only: no session, no sign-in policy, and neither token nor nonce is consumed.",
  })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: VerifyTokenRequestDto })
  @ApiOkResponse({ type: VerifiedTokenDto })
  @ApiProblem(
    "invalid_request",
    "payload_too_large",
    "unsupported_media_type",
    "unauthenticated",
    "invalid_token",
    "token_expired",
    "identity_provider_unavailable",
  )
  verifyToken(
    @Body(RequestBodyPipe) { token, client_id }: VerifyTokenRequestDto,
  ): Promise<VerifiedTokenDto> {
    return this.verification.run(token, client_id);
  }
}
