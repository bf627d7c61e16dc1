import { Global, Module } from "@nestjs/common";
import { GoogleCodeExchange } from "./google/google-code-exchange";
import { GoogleIdTokenVerifier } from "./google/google-id-token.verifier";
import { GoogleSigningKeys } from "./google/google-signing-keys";
import { SecurityEventVerifier } from "./google/security-event.verifier";
import { IdentityProviders } from "./identity-providers";
import { IdentityVerifier } from "./identity-verifier.port";

/** Verification of identities. Part of GoogleAuthModule. */
@Global()
@Module({
  providers: [
    GoogleCodeExchange,
    GoogleSigningKeys,
    IdentityProviders,
    SecurityEventVerifier,
    { provide: IdentityVerifier, useClass: GoogleIdTokenVerifier },
  ],
  exports: [
    GoogleCodeExchange,
    IdentityVerifier,
    GoogleSigningKeys,
    IdentityProviders,
    SecurityEventVerifier,
  ],
})
export class IdentityModule {}
