import {
  Body,
  Controller,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
} from "@nestjs/common";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import {
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from "../../common/open-api.decorators";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { RequestBodyPipe } from "../../common/request-body.pipe";
import type { SessionContext } from "../../sessions/session-store.port";
import { SignInRequestDto, SignInResponseDto } from "./auth.dto";
import { Credentials } from "./credentials";
import { ProviderGuard } from "./provider.guard";
import { RefreshCookie } from "../sessions/refresh-cookie";
import { idTokenFromBody } from "./request-token";
import { SessionUse } from "../sessions/session-context.decorator";
import { SignIn } from "./sign-in";
import { SignInRoute, tokensAnswer } from "./sign-in-route.decorator";
import { ApiTokenBody } from "./token-body.decorator";
import { UnknownProviderFilter } from "./unknown-provider.filter";

@ApiTags("Sign-in")
@UseFilters(ProblemDetailsFilter, UnknownProviderFilter)
@Controller("auth")
export class ProviderController {
  constructor(
    private readonly credentials: Credentials,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post(":provider")
  @SignInRoute({ existence: ProviderGuard, problems: ["not_found"] })
  @ApiOperation({
    summary: "Exchange another provider's token for this service's tokens",
    description:
      "Like `POST /auth/google`, for the providers in `VERIFY_TOKEN_PROVIDERS`, whose tokens a remote Verify Token API verifies, and for those that the application adds.",
  })
  @ApiParam({ name: "provider", description: "Its configured name" })
  @ApiTokenBody(SignInRequestDto)
  @ApiOkResponse(tokensAnswer(SignInResponseDto))
  async signInWithProvider(
    @Param("provider") provider: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @Body(RequestBodyPipe) body: SignInRequestDto,
    @Body() fields: unknown,
    @Body("profile") profile: unknown,
    @SessionUse() context: SessionContext,
  ): Promise<SignInResponseDto> {
    const { nonce, device = null } = body;
    const token = idTokenFromBody(fields);
    const proved = await this.credentials.prove({
      provider,
      token,
      caller: context,
      nonce,
    });
    const signedIn = await this.signIn.run(
      ...[proved, { ...context, device }, profile],
    );
    const answer = new SignInResponseDto(signedIn);
    return this.cookie.answer(answer, request, response);
  }
}
