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
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { AllowedOriginGuard } from "../auth/access/allowed-origin.guard";
import { Public } from "../common/access.decorators";
import { CallOrigin } from "../common/call-origin";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import {
  FormBodyGuard,
  type FormParameters,
  FormParametersPipe,
} from "./form-parameters";
import { TokenParameterDto } from "./introspection.dto";
import { ApiOAuthError } from "./oauth-error.decorator";
import { PublicClientGuard } from "./public-client.guard";
import { TokenRevocation } from "./token-revocation";

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("oauth")
export class RevocationController {
  constructor(private readonly revocation: TokenRevocation) {}

  @Post("revoke")
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @Header("Pragma", "no-cache")
  @RateLimited("refresh")
  @UseGuards(FormBodyGuard, PublicClientGuard, AllowedOriginGuard)
  @ApiOperation({
    summary: "End the session of a token (RFC 7009)",
    description:
      "An access token or a refresh token, even if already replaced. For a token that we did not issue there is nothing to do, and the response is a success.",
  })
  @ApiConsumes("application/x-www-form-urlencoded")
  @ApiBody({ type: TokenParameterDto })
  @ApiOkResponse({ description: "The token is revoked" })
  @ApiOAuthError({
    400: ["invalid_request"],
    401: ["invalid_client"],
    403: ["unauthorized_client"],
    503: ["temporarily_unavailable"],
  })
  async revokeToken(
    @Body(FormParametersPipe) form: FormParameters,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    await this.revocation.revoke(form.need("token"), origin);
  }
}
