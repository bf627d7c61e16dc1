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
import {
  FormBodyGuard,
  type FormParameters,
  FormParametersPipe,
} from "./form-parameters";
import { IntrospectionDto, TokenParameterDto } from "./introspection.dto";
import { IntrospectionClientGuard } from "./introspection-client.guard";
import { ApiOAuthError } from "./oauth-error.decorator";
import { TokenIntrospection } from "./token-introspection";

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("oauth")
export class IntrospectionController {
  constructor(private readonly introspection: TokenIntrospection) {}

  @Post("introspect")
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @Header("Pragma", "no-cache")
  @UseGuards(IntrospectionClientGuard, FormBodyGuard)
  @ApiBasicAuth()
  @ApiOperation({
    summary: "Whether an access token is currently valid (RFC 7662)",
    description:
      "For the services of INTROSPECTION_CLIENTS, which authenticate with HTTP Basic.",
  })
  @ApiConsumes("application/x-www-form-urlencoded")
  @ApiBody({ type: TokenParameterDto })
  @ApiOkResponse({ type: IntrospectionDto })
  @ApiOAuthError({
    400: ["invalid_request"],
    401: ["invalid_client"],
    503: ["temporarily_unavailable"],
  })
  introspectToken(
    @Body(FormParametersPipe) form: FormParameters,
  ): Promise<IntrospectionDto> {
    return this.introspection.introspect(form.need("token"));
  }
}
