import {
  Body,
  Controller,
  Header,
  Headers,
  HttpCode,
  Ip,
  NotFoundException,
  Param,
  Post,
  Res,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from "@nestjs/swagger";
import { Public } from "../common/access.decorators";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { IdentityProviders } from "../identity/identity-providers";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { SignInRequestDto, SignInResponseDto } from "./auth.dto";
import { DpopBinding, KeyThumbprint } from "./dpop-proof.guard";
import { checkNonce } from "./nonce";
import { ProviderGuard } from "./provider.guard";
import { type CookieResponse, RefreshCookie } from "./refresh-cookie";
import { idTokenFromBody } from "./request-token";
import { SignIn } from "./sign-in";

@ApiTags("Sign-in")
@Public()
@Controller("auth")
export class ProviderController {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post(":provider")
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @DpopBinding()
  @RateLimited("signIn", { failures: "signInFailures" })
  @UseGuards(ProviderGuard, AllowedOriginGuard)
  @ApiOperation({
    summary: "Trade another provider's token for this service's tokens",
    description:
      "As `POST /auth/google`, for the providers of `VERIFY_TOKEN_PROVIDERS`, whose remote Verify Token API proves the token.",
  })
  @ApiParam({ name: "provider", description: "Its configured name" })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: SignInRequestDto })
  @ApiOkResponse({ type: SignInResponseDto })
  @ApiProblem(
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "payload_too_large",
    "unsupported_media_type",
    "not_found",
    "invalid_token",
    "token_expired",
    "hosted_domain_not_allowed",
    "email_not_verified",
    "sign_up_not_allowed",
    "account_disabled",
    "origin_not_allowed",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async signInWithProvider(
    @Param("provider") name: string,
    @Body(RequestBodyPipe) body: SignInRequestDto,
    @Body() fields: unknown,
    @Body("profile") profile: unknown,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<SignInResponseDto> {
    const token = idTokenFromBody(fields);
    const identity = await this.verifierOf(name).verify(token);
    checkNonce(identity.nonce, body.nonce);
    const context = {
      device: body.device ?? null,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      keyThumbprint,
    };
    const signedIn = await this.signIn.run(identity, context, profile);
    return this.cookie.answer(new SignInResponseDto(signedIn), response);
  }

  private verifierOf(name: string) {
    const verifier = this.providers.find(name);
    if (!verifier) throw new NotFoundException();
    return verifier;
  }
}
