import { type CanActivate, Injectable } from "@nestjs/common";
import { AuthError } from "../../common/auth-error";
import { GoogleCodeExchange } from "../../identity/google/google-code-exchange";

/** Without a client secret there is nothing at the address. */
@Injectable()
export class GoogleCodeGuard implements CanActivate {
  constructor(private readonly exchange: GoogleCodeExchange) {}

  /** @throws AuthError `not_found` */
  canActivate(): boolean {
    if (this.exchange.isOn) return true;
    throw new AuthError("not_found", { reason: "no_client_secret" });
  }
}
