import { Module, type OnModuleInit } from "@nestjs/common";
import { ErrorForms } from "../common/error-forms";
import { MountedRoutes } from "../common/mounted-routes";
import { FailedAttemptsFilter } from "../rate-limits/failed-attempts.filter";
import { FailedGrantsFilter, GrantLimitsGuard } from "./grant-limits.guard";
import { IntrospectionController } from "./introspection.controller";
import { IntrospectionClientGuard } from "./introspection-client.guard";
import { MetadataController } from "./metadata.controller";
import { oauthErrorForm } from "./oauth-error.form";
import { RefreshTokenGrant } from "./refresh-token.grant";
import { RevocationController } from "./revocation.controller";
import { TokenController } from "./token.controller";
import { TokenExchangeGrant } from "./token-exchange.grant";
import { TokenIntrospection } from "./token-introspection";
import { TokenRevocation } from "./token-revocation";
import { VerifyToken } from "./verify-token";
import { VerifyTokenController } from "./verify-token.controller";

/**
 * Sign-in, refresh and sign-out as OAuth endpoints, for clients and services
 * that only support OAuth. Part of GoogleAuthModule.
 */
@Module({
  controllers: [
    IntrospectionController,
    MetadataController,
    RevocationController,
    TokenController,
    VerifyTokenController,
  ],
  providers: [
    FailedAttemptsFilter,
    FailedGrantsFilter,
    GrantLimitsGuard,
    IntrospectionClientGuard,
    RefreshTokenGrant,
    TokenExchangeGrant,
    TokenIntrospection,
    TokenRevocation,
    VerifyToken,
  ],
  exports: [IntrospectionClientGuard],
})
export class OAuthModule implements OnModuleInit {
  constructor(
    private readonly errorForms: ErrorForms,
    private readonly routes: MountedRoutes,
  ) {}

  /** Also for requests that are refused before they reach a controller. */
  onModuleInit(): void {
    this.errorForms.use(this.routes.pathsOf("/oauth"), oauthErrorForm);
  }
}
