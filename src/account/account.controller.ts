import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Patch,
  Post,
  StreamableFile,
  UseFilters,
  UseGuards,
} from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "../common/open-api.decorators";
import { AuditTrail } from "../audit/audit-trail";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import {
  AllowIncompleteProfile,
  CurrentUser,
  RequireRecentSignIn,
} from "../common/access.decorators";
import { CallOrigin } from "../common/call-origin";
import type { Principal } from "../common/principal";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { RateLimited } from "../rate-limits/rate-limited.decorator";
import { OneWriteAtATime } from "../rate-limits/user-writes.interceptor";
import { UserDto } from "../users/user.dto";
import { Account } from "./account";
import { AccountExportDto, ProfileRequestDto } from "./account.dto";
import { AccountExport } from "./account-export";
import { ProfileBodyPipe } from "./profile-body.pipe";

@ApiTags("Users")
@ApiBearerAuth()
@UseGuards(AccessTokenGuard)
@UseFilters(ProblemDetailsFilter)
@Controller("users/me")
export class AccountController {
  constructor(
    private readonly account: Account,
    private readonly exports: AccountExport,
    private readonly audit: AuditTrail,
  ) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "The signed-in user",
    description:
      "The stored user, which may be newer than the one in the last sign-in response.",
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem(
    "unauthenticated",
    "account_disabled",
    "profile_incomplete",
    "service_unavailable",
  )
  async getMe(@CurrentUser() principal: Principal): Promise<UserDto> {
    return new UserDto(await this.account.find(principal));
  }

  @Patch()
  @OneWriteAtATime()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Change the app's own fields of the user",
    description:
      "Fields that a complete profile requires cannot be removed again. Names, address and picture come from Google at every sign-in; roles and status are set by administrators.",
  })
  @ApiBody({ type: ProfileRequestDto })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "account_disabled",
    "profile_incomplete",
    "service_unavailable",
  )
  async changeProfile(
    @CurrentUser() principal: Principal,
    @Body(ProfileBodyPipe) profile: unknown,
    @CallOrigin() origin: CallOrigin,
  ): Promise<UserDto> {
    return new UserDto(
      await this.account.changeProfile(principal, profile, origin),
    );
  }

  @Post("complete")
  @OneWriteAtATime()
  @AllowIncompleteProfile()
  @HttpCode(200)
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Finish signing up",
    description:
      "Merges like `PATCH /users/me`, and refuses a profile that is still incomplete. Then call `POST /auth/refresh`: the new access token grants access to all routes.",
  })
  @ApiBody({ type: ProfileRequestDto })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "account_disabled",
    "service_unavailable",
  )
  async completeProfile(
    @CurrentUser() principal: Principal,
    @Body(ProfileBodyPipe) profile: unknown,
    @CallOrigin() origin: CallOrigin,
  ): Promise<UserDto> {
    const finish = { finish: true };
    return new UserDto(
      await this.account.changeProfile(principal, profile, origin, finish),
    );
  }

  @Get("export")
  @Header("Cache-Control", "no-store")
  @RateLimited("refresh")
  @ApiOperation({
    summary: "Everything stored about the user, as a file",
    description:
      "Tokens and the secrets they are derived from are not included. One export at a time per user; each counts towards the rate limit for refreshes.",
  })
  @ApiOkResponse({ type: AccountExportDto })
  @ApiProblem(
    "unauthenticated",
    "account_disabled",
    "profile_incomplete",
    "service_unavailable",
  )
  async exportAccount(
    @CurrentUser() principal: Principal,
    @CallOrigin() origin: CallOrigin,
  ): Promise<StreamableFile> {
    const user = await this.account.find(principal);
    const { userId, sessionId } = principal;
    const file = this.exports.of(user);
    try {
      await this.audit.record({
        event: "data_exported",
        userId,
        sessionId,
        ...origin,
      });
    } catch (error) {
      file.destroy();
      throw error;
    }
    return new StreamableFile(file, {
      type: "application/json; charset=utf-8",
      disposition: `attachment; filename="account-${user.id}.json"`,
    });
  }

  @Delete()
  @RequireRecentSignIn()
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Delete the account",
    description:
      "With its identities and sessions; all tokens stop working. This cannot be undone: signing in again creates a new user. Requires a sign-in or a `POST /auth/reauthenticate` within the last five minutes.",
  })
  @ApiNoContentResponse()
  @ApiProblem(
    "unauthenticated",
    "reauthentication_required",
    "account_disabled",
    "profile_incomplete",
    "service_unavailable",
  )
  async deleteAccount(@CurrentUser() principal: Principal): Promise<void> {
    await this.account.delete(principal);
  }
}
