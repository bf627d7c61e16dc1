import { type CanActivate, Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** There is nothing at the address unless it was asked for. */
@Injectable()
export class TokeninfoGuard implements CanActivate {
  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {}

  /** @throws AuthError `not_found` */
  canActivate(): boolean {
    if (this.options.tokeninfo) return true;
    throw new AuthError("not_found", { reason: "tokeninfo_is_off" });
  }
}
