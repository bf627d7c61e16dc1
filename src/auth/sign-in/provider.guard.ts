import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type OnModuleInit,
} from "@nestjs/common";
import { AllowedMethods } from "../../common/allowed-methods";
import { MountedRoutes } from "../../common/mounted-routes";
import { IdentityProviders } from "../../identity/identity-providers";
import { UnknownProvider } from "./unknown-provider.filter";

interface PlainRequest {
  readonly params: { readonly provider?: string };
}

/**
 * Without a provider of this name there is nothing at the address, or what
 * answers other methods there, such as `GET /auth/sessions`.
 */
@Injectable()
export class ProviderGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly allowedMethods: AllowedMethods,
    private readonly routes: MountedRoutes,
  ) {}

  onModuleInit(): void {
    const route = this.routes.pathOf("/auth/:provider");
    if (!this.providers.hasOthers) this.allowedMethods.turnOff(route);
    this.allowedMethods.onlyWhere(
      route,
      ({ provider = "" }) => this.providers.find(provider) !== undefined,
    );
  }

  /** @throws UnknownProvider as the platform does for an address without a route */
  canActivate(context: ExecutionContext): boolean {
    const { params } = context.switchToHttp().getRequest<PlainRequest>();
    if (this.providers.find(params.provider ?? "")) return true;
    throw new UnknownProvider();
  }
}
