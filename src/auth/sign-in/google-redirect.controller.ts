import {
  Body,
  Controller,
  Inject,
  Post,
  Redirect,
  Req,
  Res,
  UseFilters,
} from "@nestjs/common";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import {
  ApiBody,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from "../../common/open-api.decorators";
import { AuthError } from "../../common/auth-error";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { headerRefs } from "../../common/response-headers";
import { RequestBodyPipe } from "../../common/request-body.pipe";
import { googleProviderName } from "../../identity/identity-providers";
import type { SessionContext } from "../../sessions/session-store.port";
import { TokensDto } from "./auth.dto";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";
import { Credentials } from "./credentials";
import { RedirectSignInRequestDto } from "./google-redirect.dto";
import { redirectPath } from "./google-redirect.errors";
import { GoogleRedirectGuard } from "./google-redirect.guard";
import { redirectTarget } from "./google-redirect.target";
import { RefreshCookie } from "../sessions/refresh-cookie";
import { SessionUse } from "../sessions/session-context.decorator";
import { SignIn } from "./sign-in";
import { SignInRoute } from "./sign-in-route.decorator";

@ApiTags("Sign-in")
@UseFilters(ProblemDetailsFilter)
@Controller(redirectPath)
export class GoogleRedirectController {
  constructor(
    private readonly credentials: Credentials,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  @Post()
  // Not 307, which would forward the credential.
  @Redirect("", 303)
  @SignInRoute({
    origin: GoogleRedirectGuard,
    status: 303,
    problems: ["not_found", "csrf_mismatch"],
  })
  @ApiOperation({
    summary: "The `login_uri` of Google Identity Services",
    description:
      "Sets the refresh cookie and redirects the browser to the app, which gets its tokens from `POST /auth/refresh`. If a sign-in fails in a browser, it is also redirected to `APP_URL`, with the code in `?error=`. Off (404) without `APP_URL`.",
  })
  @ApiBody({ type: RedirectSignInRequestDto })
  @ApiResponse({
    status: 303,
    description: "Signed in; `Location` is a page of the app",
    headers: headerRefs("Location", "Set-Cookie"),
  })
  async signInByRedirect(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @Body(RequestBodyPipe) { credential }: RedirectSignInRequestDto,
    @Body("state") state: unknown,
    @SessionUse() context: SessionContext,
  ): Promise<{ url: string }> {
    const { redirect } = this.options;
    if (!redirect) throw new AuthError("not_found", { reason: "no_app_url" });
    const proved = await this.credentials.prove({
      provider: googleProviderName,
      token: credential,
      caller: context,
    });
    const signedIn = await this.signIn.run(proved, context);
    this.cookie.answer(new TokensDto(signedIn), request, response, true);
    return { url: redirectTarget(state, redirect) };
  }
}
