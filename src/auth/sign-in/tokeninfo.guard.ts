import { type CanActivate, Inject, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { AUTH_OPTIONS, type AuthOptions } from "../auth.options";

/** Responds 404 unless the route is turned on. */
@Injectable()
export class TokeninfoGuard implements CanActivate {
  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {}

  /** @throws AuthError `not_found` */
  canActivate(): boolean {
    if (this.options.tokeninfo) return true;
    throw new AuthError("not_found", { reason: "tokeninfo_is_off" });
  }
}
