import { Controller, Get, Req, UseGuards } from "@nestjs/common";
import { AccessTokenGuard, CurrentUser } from "nest-google-auth";
import { EitherTokenGuard } from "./either-token.guard.js";
import { JwtAuthGuard } from "./jwt.strategy.js";

interface AccountRequest {
  readonly user: { readonly accountId: number };
}

@Controller("account")
export class AccountController {
  /** A route as it was: only the old tokens. */
  @UseGuards(JwtAuthGuard)
  @Get("old")
  old(@Req() { user }: AccountRequest) {
    return user;
  }

  /** During the migration: either token, for the same account. */
  @UseGuards(EitherTokenGuard)
  @Get()
  either(@Req() { user }: AccountRequest) {
    return user;
  }

  /** As it will be. */
  @UseGuards(AccessTokenGuard)
  @Get("new")
  current(@CurrentUser("claims") { account }: Record<string, unknown>) {
    return { accountId: account };
  }
}
