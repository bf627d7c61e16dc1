import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import { isUuid } from "../../common/uuid";
import type { HttpRequest, HttpResponse } from "../../common/http-request";
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
} from "../../common/open-api.decorators";
import {
  AllowIncompleteProfile,
  CurrentUser,
  OptionalAuth,
  Public,
} from "../../common/access.decorators";
import { AuthError } from "../../common/auth-error";
import { CallOrigin } from "../../common/call-origin";
import type { Principal } from "../../common/principal";
import { ProblemDetailsFilter } from "../../common/problem-details.filter";
import { ApiProblem } from "../../common/problem.dto";
import { headerRefs } from "../../common/response-headers";
import { RequestBodyPipe } from "../../common/request-body.pipe";
import { googleProviderName } from "../../identity/identity-providers";
import { RateLimited } from "../../rate-limits/rate-limited.decorator";
import {
  type SessionContext,
  SessionStore,
} from "../../sessions/session-store.port";
import { Sessions } from "../../sessions/sessions";
import { AccessTokenGuard } from "../access/access-token.guard";
import { AllowedOriginGuard } from "../access/allowed-origin.guard";
import { TokensDto } from "../sign-in/auth.dto";
import { Reauthentication } from "./reauthentication";
import { Refresh } from "./refresh";
import { RefreshCookie } from "./refresh-cookie";
import { idTokenFromBody } from "../sign-in/request-token";
import { SessionUse } from "./session-context.decorator";
import {
  ReauthenticationRequestDto,
  RefreshRequestDto,
  SessionDto,
} from "./sessions.dto";
import { DpopBinding, tokensAnswer } from "../sign-in/sign-in-route.decorator";
import { ApiTokenBody } from "../sign-in/token-body.decorator";
import { SignOut } from "./sign-out";

@ApiTags("Sessions")
@UseGuards(AccessTokenGuard)
@UseFilters(ProblemDetailsFilter)
@Controller("auth")
export class SessionsController {
  constructor(
    private readonly refreshing: Refresh,
    private readonly reauthentication: Reauthentication,
    private readonly signingOut: SignOut,
    private readonly sessions: Sessions,
    private readonly store: SessionStore,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post("refresh")
  @Public()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @DpopBinding()
  @RateLimited("refresh")
  @UseGuards(AllowedOriginGuard)
  @ApiOperation({
    summary: "Exchange a refresh token for new tokens",
    description:
      "The old refresh token is replaced. If it is sent again within the grace period, it returns the same successor, and after that a few more times, for apps that were suspended; otherwise it ends the session.",
  })
  @ApiSecurity("refreshCookie")
  @ApiSecurity({})
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: RefreshRequestDto, required: false })
  @ApiOkResponse(tokensAnswer(TokensDto))
  @ApiProblem(
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "no_session",
    "invalid_refresh_token",
    "session_revoked",
    "session_expired",
    "account_disabled",
    "origin_not_allowed",
    "service_unavailable",
  )
  async refreshTokens(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @Body(RequestBodyPipe) { refreshToken }: RefreshRequestDto,
    @SessionUse() context: SessionContext,
  ): Promise<TokensDto> {
    const token = refreshToken ?? this.cookie.read(request);
    if (token === undefined) throw noRefreshToken(request);
    const inCookie = refreshToken === undefined;
    try {
      const signedIn = await this.refreshing.run(token, context);
      const answer = new TokensDto(signedIn);
      return this.cookie.answer(answer, request, response, inCookie);
    } catch (error) {
      // Otherwise a cookie that is no longer valid would be sent with every
      // request.
      if (inCookie && isFinal(error)) this.cookie.clear(response);
      throw error;
    }
  }

  @Post("reauthenticate")
  @AllowIncompleteProfile()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @DpopBinding()
  @RateLimited("signIn", { failures: "signInFailures" })
  @UseGuards(AllowedOriginGuard)
  @ApiBearerAuth()
  @ApiOperation({
    summary: "Reauthenticate the user",
    description:
      "With an ID token that Google issued within the last five minutes, for an account that is already linked to this user. The session continues with new tokens; routes that respond `reauthentication_required` are accessible for five minutes.",
  })
  @ApiTokenBody(ReauthenticationRequestDto)
  @ApiOkResponse(tokensAnswer(TokensDto))
  @ApiProblem(
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "unauthenticated",
    "invalid_token",
    "token_expired",
    "session_revoked",
    "account_disabled",
    "service_account_not_allowed",
    "origin_not_allowed",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async reauthenticate(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @CurrentUser() principal: Principal,
    @Body(RequestBodyPipe) body: ReauthenticationRequestDto,
    @Body() fields: unknown,
    @SessionUse() context: SessionContext,
  ): Promise<TokensDto> {
    const { nonce, provider = googleProviderName } = body;
    const token = idTokenFromBody(fields);
    const credential = { provider, token, caller: context, nonce };
    const signedIn = await this.reauthentication.run(
      ...[principal, credential, context],
    );
    const answer = new TokensDto(signedIn);
    const inCookie = this.cookie.read(request) !== undefined;
    return this.cookie.answer(answer, request, response, inCookie);
  }

  @Post("logout")
  @OptionalAuth()
  @AllowIncompleteProfile()
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @RateLimited("refresh")
  @UseGuards(AllowedOriginGuard)
  @ApiBearerAuth()
  @ApiSecurity("refreshCookie")
  @ApiOperation({
    summary: "End this session",
    description:
      "Identified by the access token, or by the refresh token in the body or the cookie. Its tokens are revoked immediately.",
  })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: RefreshRequestDto, required: false })
  @ApiNoContentResponse({ headers: headerRefs("Set-Cookie") })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "invalid_refresh_token",
    "origin_not_allowed",
    "service_unavailable",
  )
  async signOut(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
    @CurrentUser() principal: Principal | undefined,
    @Body(RequestBodyPipe) { refreshToken }: RefreshRequestDto,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    const inCookie = this.cookie.read(request);
    if (inCookie !== undefined) this.cookie.clear(response);
    const token = refreshToken ?? inCookie;
    if (principal) await this.signingOut.bySession(principal, origin);
    if (token !== undefined)
      await this.signingOut.byRefreshToken(token, origin);
    else if (!principal) {
      throw new AuthError("unauthenticated", { reason: "no_token" });
    }
  }

  @Post("logout-all")
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({
    summary: "End every session of this user",
    description:
      "Including the current one. All of their refresh tokens and access tokens are revoked.",
  })
  @ApiNoContentResponse()
  @ApiProblem("unauthenticated", "service_unavailable")
  async signOutEverywhere(
    @CurrentUser("userId") userId: string,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    const reason = "signed_out_everywhere";
    await this.sessions.endAll(userId, { reason, ...origin });
  }

  @Get("sessions")
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({
    summary: "The sessions of this user, most recently used first",
    description:
      "Those that can still be refreshed; `current` marks the session of this request.",
  })
  @ApiOkResponse({ type: [SessionDto] })
  @ApiProblem("unauthenticated", "service_unavailable")
  async listSessions(
    @CurrentUser() principal: Principal,
  ): Promise<SessionDto[]> {
    const sessions = await this.store.list(principal.userId);
    return sessions.map(
      (session) => new SessionDto(session, principal.sessionId),
    );
  }

  @Delete("sessions/:id")
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({
    summary: "End one of this user's sessions",
    description:
      "Its tokens are revoked. The id of another user's session gets the same response as one that does not exist.",
  })
  @ApiNoContentResponse()
  @ApiProblem("unauthenticated", "not_found", "service_unavailable")
  async endSession(
    @Param("id") id: string,
    @CurrentUser("userId") userId: string,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    const ending = { reason: "ended_by_user", ...origin } as const;
    const ended = isUuid(id) && (await this.sessions.end(id, userId, ending));
    if (!ended) throw new AuthError("not_found", { reason: "no_such_session" });
  }
}

/**
 * For a page, a missing cookie means a first visit; an app must send the token.
 */
function noRefreshToken({ headers }: HttpRequest): AuthError {
  return headers.origin === undefined
    ? new AuthError("invalid_request", {
        errors: [
          { field: "refreshToken", message: "send it, or the refresh cookie" },
        ],
      })
    : new AuthError("no_session");
}

function isFinal(error: unknown): boolean {
  return error instanceof AuthError && error.status < 500;
}
