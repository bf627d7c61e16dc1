import {
  Body,
  Controller,
  Header,
  Headers,
  HttpCode,
  Ip,
  Post,
  Res,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "@nestjs/swagger";
import { Public } from "../common/access.decorators";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { GoogleCodeExchange } from "../identity/google/google-code-exchange";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { SignInResponseDto } from "./auth.dto";
import { DpopBinding, KeyThumbprint } from "./dpop-proof.guard";
import { CodeSignInRequestDto } from "./google-code.dto";
import { GoogleCodeGuard } from "./google-code.guard";
import { checkNonce } from "./nonce";
import { type CookieResponse, RefreshCookie } from "./refresh-cookie";
import { SignIn } from "./sign-in";

@ApiTags("Sign-in")
@Public()
@Controller("auth/google/code")
export class GoogleCodeController {
  constructor(
    private readonly exchange: GoogleCodeExchange,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @DpopBinding()
  @RateLimited("signIn", { failures: "signInFailures" })
  @UseGuards(GoogleCodeGuard, AllowedOriginGuard)
  @ApiOperation({
    summary: "Trade a Google authorization code for this service's tokens",
    description:
      "The service exchanges the code with Google and goes on as with any ID token. Off (404) without `GOOGLE_CLIENT_SECRET`.",
  })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: CodeSignInRequestDto })
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
    "service_account_not_allowed",
    "origin_not_allowed",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async signInWithGoogleCode(
    @Body(RequestBodyPipe) body: CodeSignInRequestDto,
    @Body("profile") profile: unknown,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<SignInResponseDto> {
    const identity = await this.exchange.run({
      code: body.code,
      codeVerifier: body.codeVerifier ?? undefined,
      redirectUri: body.redirectUri ?? undefined,
    });
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
}
