import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
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
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { CurrentUser, Roles } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { CallOrigin } from "../common/call-origin";
import { ProblemDetailsFilter } from "../common/problem-details.filter";
import { ApiProblem } from "../common/problem.dto";
import { adminRole } from "../users/admin-emails";
import { SessionStore } from "../sessions/session-store.port";
import { IdentityStandings } from "../users/identity-standings";
import { UserDirectory } from "../users/user-directory.port";
import { UserDto } from "../users/user.dto";
import {
  UserChangesDto,
  UserIdentityDto,
  UserSessionDto,
  UsersPageDto,
  UsersQueryDto,
  UserWithIdentitiesDto,
} from "./admin-users.dto";
import { cursorForms, readCursor, writeCursor } from "./page-cursors";
import { StrictInputPipe, UserIdPipe } from "./input.pipes";
import { UserAdministration } from "./user-administration";

@ApiTags("Administration")
@ApiBearerAuth()
@UseGuards(AccessTokenGuard)
@Roles(adminRole)
@UseFilters(ProblemDetailsFilter)
@Controller("admin/users")
export class AdminUsersController {
  constructor(
    private readonly users: UserDirectory,
    private readonly standings: IdentityStandings,
    private readonly administration: UserAdministration,
    private readonly sessions: SessionStore,
  ) {}

  @Get()
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "The users, newest first",
    description:
      "Read page by page with `nextCursor`; filters apply to all pages.",
  })
  @ApiOkResponse({ type: UsersPageDto })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "service_unavailable",
  )
  async listUsers(
    @Query(StrictInputPipe) { limit, cursor, ...filter }: UsersQueryDto,
  ): Promise<UsersPageDto> {
    const [before] =
      cursor === undefined ? [] : readCursor(cursor, cursorForms.id);
    // One extra row tells whether there is a next page.
    const users = await this.users.list(filter, { before, limit: limit + 1 });
    const items = users.slice(0, limit);
    const last = users.length > limit ? items.at(-1) : undefined;
    return {
      items: items.map((user) => new UserDto(user)),
      nextCursor: last ? writeCursor([last.id]) : null,
    };
  }

  @Get(":id")
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "A user and their linked accounts",
    description:
      "Includes each linked account and whether the provider reports it as compromised or disabled.",
  })
  @ApiOkResponse({ type: UserWithIdentitiesDto })
  @ApiProblem(
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "not_found",
    "service_unavailable",
  )
  async getUser(
    @Param("id", UserIdPipe) id: string,
  ): Promise<UserWithIdentitiesDto> {
    const [user, identities] = await Promise.all([
      this.users.findById(id),
      this.users.identitiesOf(id),
    ]);
    if (!user) throw new AuthError("not_found", { reason: "no_such_user" });
    const items = identities.map(
      async (identity) =>
        new UserIdentityDto(identity, await this.standings.find(identity)),
    );
    return new UserWithIdentitiesDto(user, await Promise.all(items));
  }

  @Get(":id/sessions")
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "The sessions of a user, most recently used first",
    description: "The devices on which the user is signed in.",
  })
  @ApiOkResponse({ type: [UserSessionDto] })
  @ApiProblem(
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "not_found",
    "service_unavailable",
  )
  async listUserSessions(
    @Param("id", UserIdPipe) id: string,
  ): Promise<UserSessionDto[]> {
    if (!(await this.users.findById(id))) {
      throw new AuthError("not_found", { reason: "no_such_user" });
    }
    const sessions = await this.sessions.list(id);
    return sessions.map((session) => new UserSessionDto(session));
  }

  @Patch(":id")
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "Change the roles and status of a user",
    description:
      "Administrators cannot disable themselves or remove their own role `admin`.",
  })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem(
    "invalid_request",
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "not_found",
    "service_unavailable",
  )
  async changeUser(
    @Param("id", UserIdPipe) id: string,
    @Body(StrictInputPipe) changes: UserChangesDto,
    @CurrentUser("userId") userId: string,
    @CallOrigin() origin: CallOrigin,
  ): Promise<UserDto> {
    const administrator = { userId, ...origin };
    return new UserDto(
      await this.administration.change(id, changes, administrator),
    );
  }

  @Post(":id/logout")
  @HttpCode(204)
  @Header("Cache-Control", "no-store")
  @ApiOperation({
    summary: "End every session of a user",
    description:
      "The user can sign in again immediately; to prevent that, set `status` to `disabled`.",
  })
  @ApiNoContentResponse()
  @ApiProblem(
    "unauthenticated",
    "insufficient_role",
    "profile_incomplete",
    "not_found",
    "service_unavailable",
  )
  async signOutUser(
    @Param("id", UserIdPipe) id: string,
    @CurrentUser("userId") userId: string,
    @CallOrigin() origin: CallOrigin,
  ): Promise<void> {
    await this.administration.signOut(id, { userId, ...origin });
  }
}
