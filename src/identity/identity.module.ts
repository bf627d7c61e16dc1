import { Module } from "@nestjs/common";
import { GoogleIdTokenVerifier } from "./google/google-id-token.verifier";
import { GoogleSigningKeys } from "./google/google-signing-keys";
import { ConfigurableIdentityModule } from "./identity.options";
import { IdentityVerifier } from "./identity-verifier.port";

/** Floor 1: who the caller proved to be. Configure once, in the app module. */
@Module({
  providers: [
    GoogleSigningKeys,
    { provide: IdentityVerifier, useClass: GoogleIdTokenVerifier },
  ],
  exports: [IdentityVerifier, GoogleSigningKeys],
})
export class IdentityModule extends ConfigurableIdentityModule {}
