import {
  Body,
  Controller,
  Header,
  HttpCode,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import type { HttpRequest, HttpResponse } from "../common/http-request";
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
} from "../common/open-api.decorators";
import { AllowedOriginGuard } from "../auth/access/allowed-origin.guard";
import { TokensDto } from "../auth/sign-in/auth.dto";
import { DpopProofGuard } from "../auth/access/dpop-proof.guard";
import type { SignedInUser } from "../auth/sessions/issued-tokens";
import { RefreshCookie } from "../auth/sessions/refresh-cookie";
import { SessionUse } from "../auth/sessions/session-context.decorator";
import { Public } from "../common/access.decorators";
import { headerRefs } from "../common/response-headers";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import type { SessionContext } from "../sessions/session-store.port";
import {
  FormBodyGuard,
  type FormParameters,
  FormParametersPipe,
} from "./form-parameters";
import { FailedGrantsFilter, GrantLimitsGuard } from "./grant-limits.guard";
import { grantTypes } from "./grant-types";
import { OAuthError } from "./oauth-error";
import { ApiOAuthError } from "./oauth-error.decorator";
import { PublicClientGuard } from "./public-client.guard";
import { RefreshTokenGrant } from "./refresh-token.grant";
import { TokenAnswerDto, TokenRequestDto } from "./token.dto";
import { accessTokenType, TokenExchangeGrant } from "./token-exchange.grant";

@ApiTags("For other services")
@Public()
@UseFilters(ProblemDetailsFilter)
@Controller("oauth")
export class TokenController {
  constructor(
    private readonly exchange: TokenExchangeGrant,
    private readonly refresh: RefreshTokenGrant,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post("token")
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @Header("Pragma", "no-cache")
  @UseFilters(FailedGrantsFilter)
  // The most expensive check comes last.
  @UseGuards(
    FormBodyGuard,
    PublicClientGuard,
    AllowedOriginGuard,
    GrantLimitsGuard,
    DpopProofGuard,
  )
  @ApiOperation({
    summary: "Sign-in and refresh as an OAuth token endpoint",
    description:
      "Token exchange (RFC 8693) of a Google ID token, and refresh_token (RFC 6749).",
  })
  @ApiHeader({ name: "DPoP", required: false })
  @ApiSecurity("refreshCookie")
  @ApiSecurity({})
  @ApiConsumes("application/x-www-form-urlencoded")
  @ApiBody({ type: TokenRequestDto })
  @ApiOkResponse({
    type: TokenAnswerDto,
    headers: headerRefs("Set-Cookie", "DPoP-Nonce"),
  })
  @ApiOAuthError({
    400: [
      "invalid_request",
      "invalid_grant",
      "unsupported_grant_type",
      "invalid_scope",
      "invalid_target",
      "invalid_dpop_proof",
      "use_dpop_nonce",
    ],
    401: ["invalid_client"],
    403: ["unauthorized_client"],
    429: ["temporarily_unavailable"],
    503: ["temporarily_unavailable"],
  })
  async exchangeToken(
    @Body(FormParametersPipe) form: FormParameters,
    @SessionUse() context: SessionContext,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<TokenAnswerDto> {
    const answer = (signedIn: SignedInUser, wanted = false) =>
      this.cookie.answer(new TokensDto(signedIn), request, response, wanted);
    const grantType = form.need("grant_type");
    if (grantType === grantTypes.tokenExchange) {
      const signedIn = await this.exchange.run(form, context);
      const { scope } = signedIn.accessToken;
      return new TokenAnswerDto(answer(signedIn), scope, accessTokenType);
    }
    if (grantType === grantTypes.refreshToken) {
      const isInForm = form.get("refresh_token") !== undefined;
      const inCookie = isInForm ? undefined : this.cookie.read(request);
      const signedIn = await this.refresh.run(form, context, inCookie);
      const { scope } = signedIn.accessToken;
      const tokens = answer(signedIn, inCookie !== undefined);
      return new TokenAnswerDto(tokens, scope);
    }
    throw new OAuthError(
      "unsupported_grant_type",
      `The grant_type must be one of ${Object.values(grantTypes).join(", ")}.`,
    );
  }
}
