import {
  Body,
  Controller,
  Header,
  HttpCode,
  Ip,
  Post,
  Headers,
  Req,
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
import type { VerifiedIdentity } from "../identity/verified-identity";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { DpopBinding, KeyThumbprint } from "./dpop-proof.guard";
import { NonceDto, SignInRequestDto, SignInResponseDto } from "./auth.dto";
import { OneTimeMarks } from "../sessions/one-time-marks";
import { GoogleIdTokenGuard } from "./google-id-token.guard";
import { checkNonce } from "./nonce";
import { type CookieResponse, RefreshCookie } from "./refresh-cookie";
import { SignIn } from "./sign-in";

@ApiTags("Sign-in")
@Public()
@Controller()
export class AuthController {
  constructor(
    private readonly signIn: SignIn,
    private readonly marks: OneTimeMarks,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post("auth/google/nonce")
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @RateLimited("signIn")
  @ApiOperation({
    summary: "A nonce for the next sign-in",
    description:
      "Hand it to Google's SDK. The ID token that carries it, as it is or as its SHA-256, then signs in once.",
  })
  @ApiOkResponse({ type: NonceDto })
  @ApiProblem("service_unavailable")
  async nonce(): Promise<NonceDto> {
    return this.marks.issueNonce();
  }

  @Post(["auth/google", "tokensignin"])
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  // Guards run from the lowest up: who is refused early costs no verification.
  @UseGuards(GoogleIdTokenGuard)
  @DpopBinding()
  @RateLimited("signIn", { failures: "signInFailures" })
  @UseGuards(AllowedOriginGuard)
  @ApiOperation({
    summary: "Trade a Google ID token for this service's tokens",
    description:
      "`/tokensignin` is the path in Google's own samples and does the same.",
  })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: SignInRequestDto })
  @ApiOkResponse({ type: SignInResponseDto })
  @ApiProblem(
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "payload_too_large",
    "unsupported_media_type",
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
  async signInWithGoogle(
    @Req() { user: identity }: { user: VerifiedIdentity },
    @Body(RequestBodyPipe) body: SignInRequestDto,
    @Body("profile") profile: unknown,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<SignInResponseDto> {
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
