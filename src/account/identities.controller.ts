import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { idTokenFromBody } from "../auth/sign-in/request-token";
import { ApiTokenBody } from "../auth/sign-in/token-body.decorator";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { CurrentUser, RequireRecentSignIn } from "../common/access.decorators";
import { CallOrigin } from "../common/call-origin";
import type { Principal } from "../common/principal";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { RequestBodyPipe } from "../common/request-body.pipe";
import { googleProviderName } from "../identity/identity-providers";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { OneWriteAtATime } from "../rate-limits/user-writes.interceptor";
import { Identities } from "./identities";
import {
  IdentitiesDto,
  IdentityDto,
  LinkIdentityRequestDto,
} from "./identities.dto";

@ApiTags("Users")
@ApiBearerAuth()
@UseGuards(AccessTokenGuard)
@UseFilters(ProblemDetailsFilter)
@Controller("users/me/identities")
export class IdentitiesController {
  constructor(private readonly identities: Identities) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "The user's linked accounts",
    description:
      "At least one. The `id` is what `DELETE /users/me/identities/{id}` takes.",
  })
  @ApiOkResponse({ type: IdentitiesDto })
  @ApiProblem(
    "unauthenticated",
    "account_disabled",
    "profile_incomplete",
    "service_unavailable",
  )
  async listIdentities(
    @CurrentUser() principal: Principal,
  ): Promise<IdentitiesDto> {
    return new IdentitiesDto(await this.identities.list(principal));
  }

  @Post()
  @RequireRecentSignIn()
  @OneWriteAtATime()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @RateLimited("signIn", { failures: "signInFailures" })
  @ApiOperation({
    summary: "Link another account to sign in with",
    description:
      "Another Google account, or one of another provider, by a token that was issued within the last five minutes; the rules of a sign-in apply to it. Linking an account that the user already has changes nothing. At most 10. Also requires a sign-in or a `POST /auth/reauthenticate` within the last five minutes.",
  })
  @ApiTokenBody(LinkIdentityRequestDto)
  @ApiOkResponse({ type: IdentityDto })
  @ApiProblem(
    "invalid_request",
    "payload_too_large",
    "unsupported_media_type",
    "unauthenticated",
    "reauthentication_required",
    "invalid_token",
    "token_expired",
    "hosted_domain_not_allowed",
    "email_not_verified",
    "service_account_not_allowed",
    "account_disabled",
    "profile_incomplete",
    "identity_in_use",
    "identity_limit_reached",
    "identity_provider_unavailable",
    "service_unavailable",
  )
  async linkIdentity(
    @CurrentUser() principal: Principal,
    @Body(RequestBodyPipe) body: LinkIdentityRequestDto,
    @Body() fields: unknown,
    @CallOrigin() origin: CallOrigin,
  ): Promise<IdentityDto> {
    const presented = {
      provider: body.provider ?? googleProviderName,
      token: idTokenFromBody(fields),
      caller: origin,
      nonce: body.nonce,
    };
    return new IdentityDto(
      await this.identities.link(principal, presented, origin),
    );
  }

  @Delete(":id")
  @RequireRecentSignIn()
  @OneWriteAtATime()
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Unlink an account",
    description:
      "It can no longer be used to sign in as this user; signing in with it creates a new user. Sessions continue; `POST /auth/logout-all` ends them. If the user had roles because of this account, they are removed and all sessions end. Requires a recent sign-in, like linking.",
  })
  @ApiNoContentResponse()
  @ApiProblem(
    "not_found",
    "unauthenticated",
    "reauthentication_required",
    "account_disabled",
    "profile_incomplete",
    "last_identity",
    "service_unavailable",
  )
  async unlinkIdentity(
    @CurrentUser() principal: Principal,
    @Param("id") id: string,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    await this.identities.unlink(principal, id, origin);
  }
}
