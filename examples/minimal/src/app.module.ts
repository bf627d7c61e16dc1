import { Module } from "@nestjs/common";
import { GoogleAuthModule } from "nest-google-auth";

/** The twelve lines: sign-in with Google for an application. */
export const appModule = (env: NodeJS.ProcessEnv, google = {}) => {
  @Module({
    imports: [
      GoogleAuthModule.forRoot({
        publicUrl: env.PUBLIC_URL ?? "http://localhost:3000",
        secretKey: env.SECRET_KEY ?? "",
        google: { clientIds: [env.GOOGLE_CLIENT_ID ?? ""], ...google },
        database: { url: env.DATABASE_URL ?? "" },
      }),
    ],
  })
  class AppModule {}
  return AppModule;
};
