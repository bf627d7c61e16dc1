import { type DynamicModule, Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { GuardedRoutes } from "../common/guarded-routes";
import { AccessTokenGuard } from "./access-token.guard";
import { AccessTokenVerifier } from "./access-token-verifier.port";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { AuthController } from "./auth.controller";
import { AUTH_OPTIONS, ConfigurableAuthModule } from "./auth.options";
import { BoundTokens } from "./bound-tokens";
import { DpopProofGuard } from "./dpop-proof.guard";
import { GoogleCodeController } from "./google-code.controller";
import { GoogleCodeGuard } from "./google-code.guard";
import { GoogleIdTokenGuard } from "./google-id-token.guard";
import { GoogleIdTokenStrategy } from "./google-id-token.strategy";
import { GoogleRedirectController } from "./google-redirect.controller";
import { GoogleRedirectErrors } from "./google-redirect.errors";
import { GoogleRedirectGuard } from "./google-redirect.guard";
import { IssuedTokens } from "./issued-tokens";
import { OwnAccessTokens } from "./own-access-tokens";
import { ProviderController } from "./provider.controller";
import { ProviderGuard } from "./provider.guard";
import { Refresh } from "./refresh";
import { RefreshCookie } from "./refresh-cookie";
import { ResourceServerModule } from "./resource-server.module";
import { SessionsController } from "./sessions.controller";
import { SignIn } from "./sign-in";
import { ConfiguredSignInPolicy, SignInPolicy } from "./sign-in-policy.port";
import { SignOut } from "./sign-out";
import { Tokeninfo } from "./tokeninfo";
import { TokeninfoController } from "./tokeninfo.controller";
import { TokeninfoErrors } from "./tokeninfo.errors";
import { TokeninfoGuard } from "./tokeninfo.guard";

/**
 * Floor 3: signing in, and the guard that protects every route of the
 * application. Needs the identity, users, sessions and tokens modules.
 */
@Module({
  controllers: [
    AuthController,
    GoogleCodeController,
    GoogleRedirectController,
    SessionsController,
    TokeninfoController,
    // The last: on Express, what comes first answers.
    ProviderController,
  ],
  providers: [
    AccessTokenGuard,
    AllowedOriginGuard,
    BoundTokens,
    DpopProofGuard,
    // An alias and not a class of its own, so that a test can override the guard.
    { provide: APP_GUARD, useExisting: AccessTokenGuard },
    { provide: GuardedRoutes, useExisting: AccessTokenGuard },
    GoogleCodeGuard,
    GoogleIdTokenGuard,
    GoogleIdTokenStrategy,
    GoogleRedirectErrors,
    GoogleRedirectGuard,
    IssuedTokens,
    ProviderGuard,
    Refresh,
    RefreshCookie,
    SignIn,
    SignOut,
    Tokeninfo,
    TokeninfoErrors,
    TokeninfoGuard,
    { provide: AccessTokenVerifier, useClass: OwnAccessTokens },
    { provide: SignInPolicy, useClass: ConfiguredSignInPolicy },
  ],
  exports: [
    AccessTokenGuard,
    AccessTokenVerifier,
    AllowedOriginGuard,
    AUTH_OPTIONS,
    GuardedRoutes,
    Refresh,
    RefreshCookie,
    SignIn,
    SignInPolicy,
    SignOut,
  ],
})
export class AuthModule extends ConfigurableAuthModule {
  /**
   * Another application's part: guards all its routes by the tokens of a
   * service that runs elsewhere. It needs none of the other modules.
   */
  static forResourceServer(
    options: Parameters<typeof ResourceServerModule.forRoot>[0],
  ): DynamicModule {
    return ResourceServerModule.forRoot(options);
  }

  /** As {@link forResourceServer}, with options that have to be fetched. */
  static forResourceServerAsync(
    options: Parameters<typeof ResourceServerModule.forRootAsync>[0],
  ): DynamicModule {
    return ResourceServerModule.forRootAsync(options);
  }
}
