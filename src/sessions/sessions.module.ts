import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { OneTimeMarks } from "./one-time-marks";
import { RefreshTokens } from "./refresh-tokens";
import { SessionEntity } from "./session.entity";
import { SessionStore } from "./session-store.port";
import { ConfigurableSessionsModule } from "./sessions.options";
import { TypeormSessionStore } from "./typeorm-session-store";

/** Floor 2: who is signed in. Configure once, in the app module. */
@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity])],
  providers: [
    OneTimeMarks,
    RefreshTokens,
    { provide: SessionStore, useClass: TypeormSessionStore },
  ],
  exports: [OneTimeMarks, RefreshTokens, SessionStore],
})
export class SessionsModule extends ConfigurableSessionsModule {}
