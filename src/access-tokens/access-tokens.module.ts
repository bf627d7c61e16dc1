import { Global, Module } from "@nestjs/common";
import { JwtModule } from "@nestjs/jwt";
import { AccessTokens } from "./access-tokens";

/** The access tokens we issue. Part of GoogleAuthModule. */
@Global()
@Module({
  imports: [JwtModule.register({})],
  providers: [AccessTokens],
  exports: [AccessTokens],
})
export class AccessTokensModule {}
