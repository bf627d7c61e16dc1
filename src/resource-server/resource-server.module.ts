import { Module } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, DiscoveryModule } from "@nestjs/core";
import { JwtModule } from "@nestjs/jwt";
import { AllowedMethods } from "../common/allowed-methods";
import { Clock, SystemClock } from "../common/clock.port";
import { ErrorForms } from "../common/error-forms";
import {
  AuthErrorFilter,
  ProblemDetailsFilter,
  SHOW_REASONS,
} from "../common/problem-details.filter";
import { DpopProofs } from "../dpop/dpop-proofs";
import { MemorySeenProofs } from "../dpop/seen-proofs";
import { AccessRulesCheck } from "../auth/access/access-rules";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { AccessTokenVerifier } from "../auth/access/access-token-verifier";
import { BoundTokens } from "../auth/access/bound-tokens";
import { IssuerAccessTokens } from "./issuer-access-tokens";
import {
  ConfigurableResourceServerModule,
  RESOURCE_SERVER_OPTIONS,
  type ResourceServerOptions,
} from "./resource-server.options";

/**
 * Only the guard, for an application that accepts the access tokens of another
 * service: no database, no routes, and none of our other modules. It formats
 * only the errors of the guard.
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
    ProblemDetailsFilter,
    SystemClock,
    { provide: AccessTokenVerifier, useClass: IssuerAccessTokens },
    { provide: APP_FILTER, useExisting: AuthErrorFilter },
    { provide: APP_GUARD, useExisting: AccessTokenGuard },
    { provide: Clock, useExisting: SystemClock },
    {
      provide: DpopProofs,
      inject: [RESOURCE_SERVER_OPTIONS, Clock],
      useFactory: dpopProofsOf,
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
export class ResourceServerModule extends ConfigurableResourceServerModule {}

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
