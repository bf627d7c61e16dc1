import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { AccessTokenGuard } from "./access-token.guard";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { AuthController } from "./auth.controller";
import { AUTH_OPTIONS, ConfigurableAuthModule } from "./auth.options";
import { GoogleIdTokenGuard } from "./google-id-token.guard";
import { GoogleIdTokenStrategy } from "./google-id-token.strategy";
import { SignIn } from "./sign-in";
import { ConfiguredSignInPolicy, SignInPolicy } from "./sign-in-policy.port";

/**
 * Floor 3: signing in, and the guard that protects every route of the
 * application. Needs the identity, users, sessions and tokens modules.
 */
@Module({
  controllers: [AuthController],
  providers: [
    AccessTokenGuard,
    AllowedOriginGuard,
    // An alias and not a class of its own, so that a test can override the guard.
    { provide: APP_GUARD, useExisting: AccessTokenGuard },
    GoogleIdTokenGuard,
    GoogleIdTokenStrategy,
    SignIn,
    { provide: SignInPolicy, useClass: ConfiguredSignInPolicy },
  ],
  exports: [AccessTokenGuard, AllowedOriginGuard, AUTH_OPTIONS, SignIn],
})
export class AuthModule extends ConfigurableAuthModule {}
