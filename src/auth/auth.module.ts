import { Global, Module } from "@nestjs/common";
import { DiscoveryModule } from "@nestjs/core";
import { AccessRulesCheck } from "./access/access-rules";
import {
  AccessTokenClaims,
  NoAccessTokenClaims,
} from "./sessions/access-token-claims.port";
import { AccessTokenGuard } from "./access/access-token.guard";
import { AccessTokenVerifier } from "./access/access-token-verifier";
import { AllowedOriginGuard } from "./access/allowed-origin.guard";
import { AuthController } from "./sign-in/auth.controller";
import { BoundTokens } from "./access/bound-tokens";
import { CredentialUse } from "./sign-in/credential-use";
import { Credentials } from "./sign-in/credentials";
import { DpopProofGuard } from "./access/dpop-proof.guard";
import { GoogleCodeController } from "./sign-in/google-code.controller";
import { GoogleCodeGuard } from "./sign-in/google-code.guard";
import { GoogleIdTokenGuard } from "./sign-in/google-id-token.guard";
import { GoogleIdTokenStrategy } from "./sign-in/google-id-token.strategy";
import { GoogleRedirectController } from "./sign-in/google-redirect.controller";
import { GoogleRedirectErrors } from "./sign-in/google-redirect.errors";
import { GoogleRedirectGuard } from "./sign-in/google-redirect.guard";
import { IssuedTokens } from "./sessions/issued-tokens";
import { OwnAccessTokens } from "./access/own-access-tokens";
import { ProviderController } from "./sign-in/provider.controller";
import { ProviderGuard } from "./sign-in/provider.guard";
import { Reauthentication } from "./sessions/reauthentication";
import { Refresh } from "./sessions/refresh";
import { RefreshCookie } from "./sessions/refresh-cookie";
import { SessionsController } from "./sessions/sessions.controller";
import { SignIn } from "./sign-in/sign-in";
import { NoSignInHooks, SignInHooks } from "./sign-in/sign-in-hooks.port";
import {
  ConfiguredSignInPolicy,
  SignInPolicy,
} from "./sign-in/sign-in-policy.port";
import { SignOut } from "./sessions/sign-out";
import { Tokeninfo } from "./sign-in/tokeninfo";
import { TokeninfoController } from "./sign-in/tokeninfo.controller";
import { TokeninfoErrors } from "./sign-in/tokeninfo.errors";
import { TokeninfoGuard } from "./sign-in/tokeninfo.guard";

/**
 * Sign-in, sessions, and the guard of the application's routes. Part of
 * GoogleAuthModule.
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
    // Must be last: on Express, the first matching route answers.
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
    // What the guards need, in any module that applies them with `@UseGuards`.
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
