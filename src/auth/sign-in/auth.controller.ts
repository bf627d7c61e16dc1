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
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import {
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../../common/open-api.decorators";
import { Public } from "../../common/access.decorators";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { ApiProblem } from "../../common/problem.dto";
import { RequestBodyPipe } from "../../common/request-body.pipe";
import type { VerifiedIdentity } from "../../identity/verified-identity";
import { RateLimited } from "../../rate-limits/rate-limited.decorator";
import { OneTimeMarks } from "../../sessions/one-time-marks";
import type { SessionContext } from "../../sessions/session-store.port";
import { NonceDto, SignInRequestDto, SignInResponseDto } from "./auth.dto";
import { Credentials } from "./credentials";
import { GoogleIdTokenGuard } from "./google-id-token.guard";
import { RefreshCookie } from "../sessions/refresh-cookie";
import { SessionUse } from "../sessions/session-context.decorator";
import { SignIn } from "./sign-in";
import { AllowedOriginGuard } from "../access/allowed-origin.guard";
import { SignInRoute, tokensAnswer } from "./sign-in-route.decorator";
import { ApiTokenBody } from "./token-body.decorator";

@ApiTags("Sign-in")
@UseFilters(ProblemDetailsFilter)
@Controller()
export class AuthController {
  constructor(
    private readonly credentials: Credentials,
    private readonly signIn: SignIn,
    private readonly marks: OneTimeMarks,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post("auth/google/nonce")
  @Public()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @RateLimited("nonce")
  @UseGuards(AllowedOriginGuard)
  @ApiOperation({
    summary: "A nonce for the next sign-in",
    description:
      "Pass it to Google's SDK. The ID token that contains it can then be used for one sign-in. If the SDK requires its SHA-256, also send the nonce with the sign-in.",
  })
  @ApiOkResponse({ type: NonceDto })
  @ApiProblem("origin_not_allowed", "service_unavailable")
  createNonce(): NonceDto {
    return this.marks.issueNonce();
  }

  @Post(["auth/google", "tokensignin"])
  @SignInRoute({ credential: GoogleIdTokenGuard })
  @ApiOperation({
    summary: "Exchange a Google ID token for this service's tokens",
    description:
      "`/tokensignin` is the path in Google's own samples and does the same.",
  })
  @ApiTokenBody(SignInRequestDto)
  @ApiOkResponse(tokensAnswer(SignInResponseDto))
  async signInWithGoogle(
    @Req() request: HttpRequest & { user: VerifiedIdentity },
    @Res({ passthrough: true }) response: HttpResponse,
    @Body(RequestBodyPipe) body: SignInRequestDto,
    @Body("profile") profile: unknown,
    @SessionUse() context: SessionContext,
  ): Promise<SignInResponseDto> {
    const { user: identity } = request;
    const { nonce, device = null } = body;
    const proved = await this.credentials.prove({ identity, nonce });
    const signedIn = await this.signIn.run(
      ...[proved, { ...context, device }, profile],
    );
    const answer = new SignInResponseDto(signedIn);
    return this.cookie.answer(answer, request, response);
  }
}
