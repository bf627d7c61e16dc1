import { Global, Module } from "@nestjs/common";
import { JwtModule } from "@nestjs/jwt";
import { AccessTokens } from "./access-tokens";

/** Floor 2: the access tokens we issue. A room of GoogleAuthModule. */
@Global()
@Module({
  imports: [JwtModule.register({})],
  providers: [AccessTokens],
  exports: [AccessTokens],
})
export class AccessTokensModule {}
