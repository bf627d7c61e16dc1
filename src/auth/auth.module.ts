import { Global, Module } from "@nestjs/common";
import { DiscoveryModule } from "@nestjs/core";
import { AccessRulesCheck } from "./access-rules";
import {
  AccessTokenClaims,
  NoAccessTokenClaims,
} from "./access-token-claims.port";
import { AccessTokenGuard } from "./access-token.guard";
import { AccessTokenVerifier } from "./access-token-verifier";
import { AllowedOriginGuard } from "./allowed-origin.guard";
import { AuthController } from "./auth.controller";
import { BoundTokens } from "./bound-tokens";
import { CredentialUse } from "./credential-use";
import { Credentials } from "./credentials";
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
import { Reauthentication } from "./reauthentication";
import { Refresh } from "./refresh";
import { RefreshCookie } from "./refresh-cookie";
import { SessionsController } from "./sessions.controller";
import { SignIn } from "./sign-in";
import { NoSignInHooks, SignInHooks } from "./sign-in-hooks.port";
import { ConfiguredSignInPolicy, SignInPolicy } from "./sign-in-policy.port";
import { SignOut } from "./sign-out";
import { Tokeninfo } from "./tokeninfo";
import { TokeninfoController } from "./tokeninfo.controller";
import { TokeninfoErrors } from "./tokeninfo.errors";
import { TokeninfoGuard } from "./tokeninfo.guard";

/**
 * Floor 3: signing in, sessions, and the guard of the application's routes. A
 * room of GoogleAuthModule.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
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
    AccessRulesCheck,
    AccessTokenGuard,
    AllowedOriginGuard,
    BoundTokens,
    CredentialUse,
    Credentials,
    DpopProofGuard,
    GoogleCodeGuard,
    GoogleIdTokenGuard,
    GoogleIdTokenStrategy,
    GoogleRedirectErrors,
    GoogleRedirectGuard,
    IssuedTokens,
    ProviderGuard,
    Reauthentication,
    Refresh,
    RefreshCookie,
    SignIn,
    SignOut,
    Tokeninfo,
    TokeninfoErrors,
    TokeninfoGuard,
    { provide: AccessTokenClaims, useClass: NoAccessTokenClaims },
    { provide: AccessTokenVerifier, useClass: OwnAccessTokens },
    { provide: SignInHooks, useClass: NoSignInHooks },
    { provide: SignInPolicy, useClass: ConfiguredSignInPolicy },
  ],
  exports: [
    AccessTokenGuard,
    AccessTokenVerifier,
    AllowedOriginGuard,
    // What the guards need, wherever `@UseGuards` puts them.
    BoundTokens,
    CredentialUse,
    Credentials,
    GoogleIdTokenGuard,
    GoogleIdTokenStrategy,
    Refresh,
    RefreshCookie,
    SignIn,
    SignInPolicy,
    SignOut,
  ],
})
export class AuthModule {}
