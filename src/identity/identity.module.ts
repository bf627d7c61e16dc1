import { Module } from "@nestjs/common";
import { GoogleIdTokenVerifier } from "./google/google-id-token.verifier";
import { GoogleSigningKeys } from "./google/google-signing-keys";
import { SecurityEventVerifier } from "./google/security-event.verifier";
import { ConfigurableIdentityModule } from "./identity.options";
import { IdentityVerifier } from "./identity-verifier.port";

/** Floor 1: who the caller proved to be. Configure once, in the app module. */
@Module({
  providers: [
    GoogleSigningKeys,
    SecurityEventVerifier,
    { provide: IdentityVerifier, useClass: GoogleIdTokenVerifier },
  ],
  exports: [IdentityVerifier, GoogleSigningKeys, SecurityEventVerifier],
})
export class IdentityModule extends ConfigurableIdentityModule {}
