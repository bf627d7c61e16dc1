import { Module } from "@nestjs/common";
import { JwtModule } from "@nestjs/jwt";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Clock } from "../common/clock.port";
import { AccessTokens } from "./access-tokens";
import { noDpop } from "./dpop.options";
import { DpopProofs } from "./dpop-proofs";
import { JwksController } from "./jwks.controller";
import { SigningKeyEntity } from "./signing-key.entity";
import { SigningKeyStore } from "./signing-key-store";
import { SigningKeys } from "./signing-keys.port";
import { StoredSigningKeys } from "./stored-signing-keys";
import {
  ConfigurableTokensModule,
  TOKENS_OPTIONS,
  type TokensOptions,
} from "./tokens.options";

/** Floor 2: the access tokens we issue. Configure once, in the app module. */
@Module({
  imports: [
    JwtModule.register({}),
    TypeOrmModule.forFeature([SigningKeyEntity]),
  ],
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
    { provide: SigningKeys, useClass: StoredSigningKeys },
  ],
  exports: [AccessTokens, DpopProofs, SigningKeyStore, SigningKeys],
})
export class TokensModule extends ConfigurableTokensModule {}

function dpopOptions({ dpop = noDpop, issuer, secretKey }: TokensOptions) {
  return {
    ...dpop,
    publicUrl: issuer,
    secretKey: dpop.use === "off" ? null : secretKey,
  };
}
