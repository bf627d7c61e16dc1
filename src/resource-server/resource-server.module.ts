import {
  ConfigurableModuleBuilder,
  Module,
  type Provider,
  RequestMethod,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, DiscoveryModule } from "@nestjs/core";
import { JwtModule } from "@nestjs/jwt";
import { AllowedMethods } from "../common/allowed-methods";
import { Clock, SystemClock } from "../common/clock.port";
import { ErrorForms } from "../common/error-forms";
import { MountedRoutes, ROUTE_PREFIX } from "../common/mounted-routes";
import {
  AuthErrorFilter,
  ProblemDetailsFilter,
  RESOURCE_METADATA_URL,
  type ResourceMetadataUrl,
  SHOW_REASONS,
} from "../common/problem-details.filter";
import { DpopProofs } from "../dpop/dpop-proofs";
import { MemorySeenProofs } from "../dpop/seen-proofs";
import { AccessRulesCheck } from "../auth/access/access-rules";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { AccessTokenVerifier } from "../auth/access/access-token-verifier";
import { BoundTokens } from "../auth/access/bound-tokens";
import { protectedResourcePath } from "../auth/access/protected-resource";
import { IssuerAccessTokens } from "./issuer-access-tokens";
import { ProtectedResourceController } from "./protected-resource.controller";
import {
  RESOURCE_SERVER_OPTIONS,
  type ResourceServerOptions,
} from "./resource-server.options";

interface ResourceServerExtras {
  readonly providers?: Provider[];
  /**
   * False if the application has its own route
   * `/.well-known/oauth-protected-resource`; true by default.
   */
  readonly metadataRoute?: boolean;
}

const { ConfigurableModuleClass } =
  new ConfigurableModuleBuilder<ResourceServerOptions>({
    moduleName: "ResourceServer",
    optionsInjectionToken: RESOURCE_SERVER_OPTIONS,
  })
    .setClassMethodName("forRoot")
    // Global, because it is configured once; the given providers win.
    .setExtras<ResourceServerExtras>(
      {},
      (definition, { providers = [], metadataRoute = true }) => ({
        ...definition,
        global: true,
        controllers: metadataRoute ? [ProtectedResourceController] : [],
        providers: [...(definition.providers ?? []), ...providers],
      }),
    )
    .build();

/**
 * Only the guard, for an application that accepts the access tokens of another
 * service: no database, and none of our other modules. It formats only the errors
 * of the guard. Its only route is the metadata of the API (RFC 9728).
 */
@Module({
  imports: [DiscoveryModule, JwtModule.register({})],
  providers: [
    AccessRulesCheck,
    AccessTokenGuard,
    AllowedMethods,
    AuthErrorFilter,
    BoundTokens,
    ErrorForms,
    MountedRoutes,
    ProblemDetailsFilter,
    SystemClock,
    { provide: AccessTokenVerifier, useClass: IssuerAccessTokens },
    { provide: APP_FILTER, useExisting: AuthErrorFilter },
    { provide: APP_GUARD, useExisting: AccessTokenGuard },
    { provide: Clock, useExisting: SystemClock },
    { provide: ROUTE_PREFIX, useValue: "" },
    {
      provide: DpopProofs,
      inject: [RESOURCE_SERVER_OPTIONS, Clock],
      useFactory: dpopProofsOf,
    },
    {
      provide: RESOURCE_METADATA_URL,
      inject: [RESOURCE_SERVER_OPTIONS, MountedRoutes],
      useFactory: metadataUrlOf,
    },
    {
      provide: SHOW_REASONS,
      inject: [RESOURCE_SERVER_OPTIONS],
      useFactory: ({ showReasons = false }: ResourceServerOptions) =>
        showReasons,
    },
  ],
  exports: [AccessTokenGuard, AccessTokenVerifier],
})
export class ResourceServerModule extends ConfigurableModuleClass {}

function metadataUrlOf(
  { publicUrl }: ResourceServerOptions,
  routes: MountedRoutes,
): ResourceMetadataUrl {
  if (publicUrl === undefined) return () => undefined;
  const base = publicUrl.replace(/\/$/, "");
  return () => base + routes.pathOf(protectedResourcePath, RequestMethod.GET);
}

function dpopProofsOf({ publicUrl }: ResourceServerOptions, clock: Clock) {
  return new DpopProofs(
    {
      use: publicUrl === undefined ? "off" : "optional",
      nonce: "optional",
      publicUrl: publicUrl?.replace(/\/$/, "") ?? "",
      secretKey: null,
    },
    clock,
    new MemorySeenProofs(clock),
  );
}
