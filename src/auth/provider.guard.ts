import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  NotFoundException,
  type OnModuleInit,
} from "@nestjs/common";
import { AllowedMethods } from "../common/allowed-methods";
import { IdentityProviders } from "../identity/identity-providers";

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
  ) {}

  onModuleInit(): void {
    this.allowedMethods.onlyWhere("/auth/:provider", ({ provider = "" }) =>
      this.providers.isRemote(provider),
    );
  }

  /** @throws NotFoundException as the platform does for an address without a route */
  canActivate(context: ExecutionContext): boolean {
    const { params } = context.switchToHttp().getRequest<PlainRequest>();
    if (this.providers.isRemote(params.provider ?? "")) return true;
    throw new NotFoundException();
  }
}
