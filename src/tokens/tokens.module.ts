import { Global, Module } from "@nestjs/common";
import { JwtModule } from "@nestjs/jwt";
import { Clock } from "../common/clock.port";
import { AccessTokens } from "./access-tokens";
import { noDpop } from "./dpop.options";
import { DpopProofs } from "./dpop-proofs";
import { JwksController } from "./jwks.controller";
import { PemSigningKeys } from "./pem-signing-keys";
import { SigningKeyStore } from "./signing-key-store";
import { SigningKeys } from "./signing-keys.port";
import { StoredSigningKeys } from "./stored-signing-keys";
import { TOKENS_OPTIONS, type TokensOptions } from "./tokens.options";

/** Floor 2: the access tokens we issue. A room of GoogleAuthModule. */
@Global()
@Module({
  imports: [JwtModule.register({})],
  controllers: [JwksController],
  providers: [
    AccessTokens,
    {
      provide: DpopProofs,
      inject: [TOKENS_OPTIONS, Clock],
      useFactory: (options: TokensOptions, clock: Clock) =>
        new DpopProofs(dpopOptions(options), clock),
    },
    SigningKeyStore,
    {
      provide: SigningKeys,
      inject: [TOKENS_OPTIONS, SigningKeyStore, Clock],
      useFactory: signingKeysOf,
    },
  ],
  exports: [AccessTokens, DpopProofs, SigningKeyStore, SigningKeys],
})
export class TokensModule {}

function dpopOptions({ dpop = noDpop, issuer, secretKey }: TokensOptions) {
  return {
    ...dpop,
    publicUrl: issuer,
    secretKey: dpop.use === "off" ? null : secretKey,
  };
}

/** A key that is configured takes the place of those in the database. */
function signingKeysOf(
  options: TokensOptions,
  store: SigningKeyStore,
  clock: Clock,
): SigningKeys {
  return !options.signingKeyPem
    ? new StoredSigningKeys(store, clock)
    : new PemSigningKeys(options);
}
