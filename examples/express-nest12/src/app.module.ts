import { Module } from "@nestjs/common";
import { GoogleAuthModule, type GoogleOptions } from "nest-google-auth";
import { RoomGateway } from "./room.gateway.js";
import { SocketAccess } from "./socket-access.js";

export function appModule(env: NodeJS.ProcessEnv, google: GoogleOptions) {
  @Module({
    imports: [
      GoogleAuthModule.forRoot({
        publicUrl: env.PUBLIC_URL ?? "http://localhost:3000",
        secretKey: env.SECRET_KEY ?? "",
        google,
        database: { url: env.DATABASE_URL ?? "" },
      }),
    ],
    providers: [RoomGateway, SocketAccess],
  })
  class AppModule {}
  return AppModule;
}
