import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Ip,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "@nestjs/swagger";
import {
  AllowIncompleteProfile,
  CurrentUser,
  OptionalAuth,
  Public,
} from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import type { Principal } from "../common/principal";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { SessionStore } from "../sessions/session-store.port";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { TokensDto } from "./auth.dto";
import { DpopBinding, KeyThumbprint } from "./dpop-proof.guard";
import {
  type CookieRequest,
  type CookieResponse,
  RefreshCookie,
} from "./refresh-cookie";
import { Refresh } from "./refresh";
import { RefreshRequestDto, SessionDto } from "./sessions.dto";
import { SignOut } from "./sign-out";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags("Sessions")
@Controller("auth")
export class SessionsController {
  constructor(
    private readonly refreshing: Refresh,
    private readonly signOut: SignOut,
    private readonly sessions: SessionStore,
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
    summary: "Trade a refresh token for new tokens",
    description:
      "The old refresh token is replaced. Sent again within the grace it gets the same successor; later it ends the session.",
  })
  @ApiConsumes("application/json", "application/x-www-form-urlencoded")
  @ApiBody({ type: RefreshRequestDto })
  @ApiOkResponse({ type: TokensDto })
  @ApiProblem(
    "invalid_request",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "invalid_refresh_token",
    "session_revoked",
    "session_expired",
    "account_disabled",
    "origin_not_allowed",
    "service_unavailable",
  )
  async refresh(
    @Req() request: CookieRequest,
    @Res({ passthrough: true }) response: CookieResponse,
    @Body(RequestBodyPipe) { refreshToken }: RefreshRequestDto,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
    @KeyThumbprint() keyThumbprint: string | null,
  ): Promise<TokensDto> {
    const token = refreshToken ?? this.cookie.read(request);
    if (token === undefined) throw noRefreshToken();
    const inCookie = refreshToken === undefined;
    try {
      const signedIn = await this.refreshing.run(token, {
        ip: ip ?? null,
        userAgent: userAgent ?? null,
        keyThumbprint,
      });
      return this.cookie.answer(new TokensDto(signedIn), response, inCookie);
    } catch (error) {
      // A cookie that never works again would be sent with every request.
      if (inCookie && isFinal(error)) this.cookie.clear(response);
      throw error;
    }
  }

  @Post("logout")
  @OptionalAuth()
  @AllowIncompleteProfile()
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @RateLimited("refresh")
  @UseGuards(AllowedOriginGuard)
  @ApiBearerAuth()
  @ApiOperation({
    summary: "End this session",
    description:
      "By the access token, or by the refresh token in the body or the cookie. Its tokens are dead at once.",
  })
  @ApiBody({ type: RefreshRequestDto, required: false })
  @ApiNoContentResponse()
  @ApiProblem(
    "unauthenticated",
    "invalid_refresh_token",
    "origin_not_allowed",
    "service_unavailable",
  )
  async logout(
    @Req() request: CookieRequest,
    @Res({ passthrough: true }) response: CookieResponse,
    @CurrentUser() principal: Principal | undefined,
    @Body(RequestBodyPipe) { refreshToken }: RefreshRequestDto,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
  ): Promise<void> {
    const context = { ip: ip ?? null, userAgent: userAgent ?? null };
    const inCookie = this.cookie.read(request);
    if (inCookie !== undefined) this.cookie.clear(response);
    const token = refreshToken ?? inCookie;
    if (principal) await this.signOut.bySession(principal, context);
    if (token !== undefined) await this.signOut.byRefreshToken(token, context);
    else if (!principal) {
      throw new AuthError("unauthenticated", { reason: "no_token" });
    }
  }

  @Post("logout-all")
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({ summary: "End every session of this user" })
  @ApiNoContentResponse()
  @ApiProblem("unauthenticated", "service_unavailable")
  async logoutAll(
    @CurrentUser("userId") userId: string,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
  ): Promise<void> {
    await this.sessions.endAll(userId, {
      reason: "signed_out_everywhere",
      ip,
      userAgent,
    });
  }

  @Get("sessions")
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({ summary: "The sessions of this user, last used first" })
  @ApiOkResponse({ type: [SessionDto] })
  @ApiProblem("unauthenticated", "service_unavailable")
  async list(@CurrentUser() principal: Principal): Promise<SessionDto[]> {
    const sessions = await this.sessions.list(principal.userId);
    return sessions.map(
      (session) => new SessionDto(session, principal.sessionId),
    );
  }

  @Delete("sessions/:id")
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiBearerAuth()
  @ApiOperation({ summary: "End one of this user's sessions" })
  @ApiNoContentResponse()
  @ApiProblem("unauthenticated", "not_found", "service_unavailable")
  async end(
    @Param("id") id: string,
    @CurrentUser("userId") userId: string,
    @Ip() ip: string | undefined,
    @Headers("user-agent") userAgent: string | undefined,
  ): Promise<void> {
    const ended =
      uuid.test(id) &&
      (await this.sessions.end(id, userId, {
        reason: "ended_by_user",
        ip,
        userAgent,
      }));
    if (!ended) throw new AuthError("not_found", { reason: "no_such_session" });
  }
}

function noRefreshToken(): AuthError {
  return new AuthError("invalid_request", {
    errors: [
      { field: "refreshToken", message: "send it, or the refresh cookie" },
    ],
  });
}

function isFinal(error: unknown): boolean {
  return error instanceof AuthError && error.status < 500;
}
