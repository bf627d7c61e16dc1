import { Module } from "@nestjs/common";
import { JwtModule } from "@nestjs/jwt";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessTokens } from "./access-tokens";
import { JwksController } from "./jwks.controller";
import { SigningKeyEntity } from "./signing-key.entity";
import { SigningKeyStore } from "./signing-key-store";
import { SigningKeys } from "./signing-keys.port";
import { StoredSigningKeys } from "./stored-signing-keys";
import { ConfigurableTokensModule } from "./tokens.options";

/** Floor 2: the access tokens we issue. Configure once, in the app module. */
@Module({
  imports: [
    JwtModule.register({}),
    TypeOrmModule.forFeature([SigningKeyEntity]),
  ],
  controllers: [JwksController],
  providers: [
    AccessTokens,
    SigningKeyStore,
    { provide: SigningKeys, useClass: StoredSigningKeys },
  ],
  exports: [AccessTokens, SigningKeyStore, SigningKeys],
})
export class TokensModule extends ConfigurableTokensModule {}
