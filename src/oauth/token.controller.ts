import {
  Body,
  Controller,
  Header,
  Headers,
  HttpCode,
  Ip,
  Post,
  Res,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "@nestjs/swagger";
import { AllowedOriginGuard } from "../auth/allowed-origin.guard";
import { TokensDto } from "../auth/auth.dto";
import { DpopProofGuard, KeyThumbprint } from "../auth/dpop-proof.guard";
import { type CookieResponse, RefreshCookie } from "../auth/refresh-cookie";
import { Public } from "../common/access.decorators";
import { FormBodyGuard } from "./form-body.guard";
import type { FormParameters } from "./form-parameters";
import { FormParametersPipe } from "./form-parameters.pipe";
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
  // What costs most comes last.
  @UseGuards(
    FormBodyGuard,
    PublicClientGuard,
    AllowedOriginGuard,
    GrantLimitsGuard,
    DpopProofGuard,
  )
  @ApiOperation({
    summary: "The sign-in and the refresh, in the words of OAuth",
    description:
      "Token exchange (RFC 8693) of a Google ID token, and refresh_token (RFC 6749).",
  })
  @ApiHeader({ name: "DPoP", required: false })
  @ApiConsumes("application/x-www-form-urlencoded")
  @ApiBody({ type: TokenRequestDto })
  @ApiOkResponse({ type: TokenAnswerDto })
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
  async token(
    @Body(FormParametersPipe) form: FormParameters,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<TokenAnswerDto> {
    const context = {
      device: null,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      keyThumbprint,
    };
    const grantType = form.need("grant_type");
    if (grantType === grantTypes.tokenExchange) {
      const signedIn = await this.exchange.run(form, context);
      const tokens = this.cookie.answer(new TokensDto(signedIn), response);
      const { scope } = signedIn.accessToken;
      return new TokenAnswerDto(tokens, scope, accessTokenType);
    }
    if (grantType === grantTypes.refreshToken) {
      const signedIn = await this.refresh.run(form, context);
      const tokens = this.cookie.answer(new TokensDto(signedIn), response);
      return new TokenAnswerDto(tokens, signedIn.accessToken.scope);
    }
    throw new OAuthError(
      "unsupported_grant_type",
      `The grant_type is one of ${Object.values(grantTypes).join(", ")}.`,
    );
  }
}
