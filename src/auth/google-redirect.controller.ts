import {
  Body,
  Controller,
  Header,
  Headers,
  Inject,
  Ip,
  Post,
  Redirect,
  Res,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBody,
  ApiConsumes,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from "@nestjs/swagger";
import { Public } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { IdentityVerifier } from "../identity/identity-verifier.port";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { TokensDto } from "./auth.dto";
import { AUTH_OPTIONS, type AuthOptions } from "./auth.options";
import { DpopBinding, KeyThumbprint } from "./dpop-proof.guard";
import { RedirectSignInRequestDto } from "./google-redirect.dto";
import { redirectPath } from "./google-redirect.errors";
import { GoogleRedirectGuard } from "./google-redirect.guard";
import { redirectTarget } from "./google-redirect.target";
import { type CookieResponse, RefreshCookie } from "./refresh-cookie";
import { SignIn } from "./sign-in";

@ApiTags("Sign-in")
@Public()
@Controller(redirectPath)
export class GoogleRedirectController {
  constructor(
    private readonly verifier: IdentityVerifier,
    private readonly signIn: SignIn,
    private readonly cookie: RefreshCookie,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  @Post()
  // Not 307, which would send the credential on.
  @Redirect("", 303)
  @Header("Cache-Control", "no-store")
  @DpopBinding()
  @RateLimited("signIn", { failures: "signInFailures" })
  @UseGuards(GoogleRedirectGuard)
  @ApiOperation({
    summary: "The `login_uri` of Google Identity Services",
    description:
      "Sets the refresh cookie and leads the browser back to the app, which gets its tokens from `POST /auth/refresh`. A sign-in that fails in a browser leads to `APP_URL` as well, with the code in `?error=`. Off (404) without `APP_URL`.",
  })
  @ApiConsumes("application/x-www-form-urlencoded", "application/json")
  @ApiBody({ type: RedirectSignInRequestDto })
  @ApiResponse({
    status: 303,
    description: "Signed in; `Location` is a page of the app",
  })
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
    "csrf_mismatch",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async signInByRedirect(
    @Body(RequestBodyPipe) { credential }: RedirectSignInRequestDto,
    @Body("state") state: unknown,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<{ url: string }> {
    const { redirect } = this.options;
    if (!redirect) throw new AuthError("not_found", { reason: "no_app_url" });
    const identity = await this.verifier.verify(credential);
    const signedIn = await this.signIn.run(identity, {
      device: null,
      ip: ip ?? null,
      userAgent: userAgent ?? null,
      keyThumbprint,
    });
    this.cookie.answer(new TokensDto(signedIn), response, true);
    return { url: redirectTarget(state, redirect) };
  }
}
