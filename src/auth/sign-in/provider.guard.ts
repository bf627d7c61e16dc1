import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type OnModuleInit,
} from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import type { HttpRequest } from "../../common/http-request";
import { MountedRoutes } from "../../common/mounted-routes";
import { IdentityProviders } from "../../identity/identity-providers";
import { UnknownProvider } from "./unknown-provider.filter";

/**
 * If no provider has this name, the route does not exist, or only supports
 * other methods, such as `GET /auth/sessions`.
 */
@Injectable()
export class ProviderGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
  ) {}

  onModuleInit(): void {
    const routes = this.routes.pathsOf("/auth/:provider");
    if (!this.providers.hasOthers) this.allowedMethods.turnOff(routes);
    for (const route of routes) {
      this.allowedMethods.onlyWhere(
        route,
        ({ provider = "" }) => this.providers.find(provider) !== undefined,
      );
    }
  }

  /**
   * @throws UnknownProvider, as the platform does for a path without a route
   */
  canActivate(context: ExecutionContext): boolean {
    const { params } = context.switchToHttp().getRequest<HttpRequest>();
    if (this.providers.find(params.provider ?? "")) return true;
    throw new UnknownProvider();
  }
}
