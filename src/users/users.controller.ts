import { Controller, Get, Header } from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from "@nestjs/swagger";
import { CurrentUser } from "../common/access.decorators";
import { AuthError } from "../common/auth-error";
import { ApiProblem } from "../common/problem.dto";
import { UserDirectory } from "./user-directory.port";
import { UserDto } from "./user.dto";

@ApiTags("Users")
@ApiBearerAuth()
@Controller("users")
export class UsersController {
  constructor(private readonly users: UserDirectory) {}

  @Get("me")
  @Header("Cache-Control", "no-store")
  @ApiOperation({ summary: "The signed-in user" })
  @ApiOkResponse({ type: UserDto })
  @ApiProblem("unauthenticated", "account_disabled", "service_unavailable")
  async me(@CurrentUser("userId") userId: string): Promise<UserDto> {
    const user = await this.users.findById(userId);
    if (!user) {
      throw new AuthError("unauthenticated", { reason: "unknown_user" });
    }
    if (user.status !== "active") throw new AuthError("account_disabled");
    return new UserDto(user);
  }
}
