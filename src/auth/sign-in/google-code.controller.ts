import { Body, Controller, Post, Req, Res, UseFilters } from "@nestjs/common";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../../common/open-api.decorators";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { RequestBodyPipe } from "../../common/request-body.pipe";
import type { SessionContext } from "../../sessions/session-store.port";
import { SignInResponseDto } from "./auth.dto";
import { Credentials } from "./credentials";
import { CodeSignInRequestDto } from "./google-code.dto";
import { codePath, GoogleCodeGuard } from "./google-code.guard";
import { RefreshCookie } from "../sessions/refresh-cookie";
import { SessionUse } from "../sessions/session-context.decorator";
import { SignIn } from "./sign-in";
import { SignInRoute, tokensAnswer } from "./sign-in-route.decorator";

@ApiTags("Sign-in")
@UseFilters(ProblemDetailsFilter)
@Controller(codePath)
export class GoogleCodeController {
  constructor(
    private readonly credentials: Credentials,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post()
  @SignInRoute({ existence: GoogleCodeGuard, problems: ["not_found"] })
  @ApiOperation({
    summary: "Exchange a Google authorization code for this service's tokens",
    description:
      "The service exchanges the code with Google and continues as with any ID token. Off (404) without `GOOGLE_CLIENT_SECRET`.",
  })
  @ApiBody({ type: CodeSignInRequestDto })
  @ApiOkResponse(tokensAnswer(SignInResponseDto))
  async signInWithGoogleCode(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @Body(RequestBodyPipe) body: CodeSignInRequestDto,
    @Body("profile") profile: unknown,
    @SessionUse() context: SessionContext,
  ): Promise<SignInResponseDto> {
    const { nonce, device = null } = body;
    const code = {
      code: body.code,
      codeVerifier: body.codeVerifier ?? undefined,
      redirectUri: body.redirectUri ?? undefined,
    };
    const proved = await this.credentials.prove({ code, nonce });
    const signedIn = await this.signIn.run(
      ...[proved, { ...context, device }, profile],
    );
    const answer = new SignInResponseDto(signedIn);
    return this.cookie.answer(answer, request, response);
  }
}
