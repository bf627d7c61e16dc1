import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { OneTimeMarks } from "./one-time-marks";
import { RefreshTokens } from "./refresh-tokens";
import { RevocationFeed } from "./revocation-feed";
import { Revocations } from "./revocations";
import { SessionEntity } from "./session.entity";
import { SessionRotation } from "./session-rotation";
import { SessionStore } from "./session-store.port";
import { ConfigurableSessionsModule } from "./sessions.options";
import { TypeormSessionStore } from "./typeorm-session-store";

/** Floor 2: who is signed in. Configure once, in the app module. */
@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity])],
  providers: [
    OneTimeMarks,
    RefreshTokens,
    RevocationFeed,
    Revocations,
    SessionRotation,
    { provide: SessionStore, useClass: TypeormSessionStore },
  ],
  exports: [OneTimeMarks, RefreshTokens, Revocations, SessionStore],
})
export class SessionsModule extends ConfigurableSessionsModule {}
