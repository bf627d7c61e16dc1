import {
  type CanActivate,
  Injectable,
  type OnModuleInit,
} from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import { AuthError } from "../../common/auth-error";
import { MountedRoutes } from "../../common/mounted-routes";
import { GoogleCodeExchange } from "../../identity/google/google-code-exchange";

export const codePath = "/auth/google/code";

/** Responds 404 if no client secret is configured. */
@Injectable()
export class GoogleCodeGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly exchange: GoogleCodeExchange,
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
  ) {}

  onModuleInit(): void {
    if (this.exchange.isOn) return;
    this.allowedMethods.turnOff(this.routes.pathsOf(codePath));
  }

  /** @throws AuthError `not_found` */
  canActivate(): boolean {
    if (this.exchange.isOn) return true;
    throw new AuthError("not_found", { reason: "no_client_secret" });
  }
}
