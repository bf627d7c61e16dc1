import { Module } from "@nestjs/common";
import { ResourceServerModule } from "nest-google-auth";
import { InvoicesController } from "./invoices.controller.js";

/** @param env ISSUER is the PUBLIC_URL of the service that users sign in to */
export function appModule(env: NodeJS.ProcessEnv) {
  const { ISSUER = "", CLIENT_ID, CLIENT_SECRET } = env;
  @Module({
    imports: [
      ResourceServerModule.forRoot({
        issuer: ISSUER,
        // Asks the issuer, so that ended sessions are refused within a second.
        ...(CLIENT_ID &&
          CLIENT_SECRET && {
            introspection: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
          }),
      }),
    ],
    controllers: [InvoicesController],
  })
  class AppModule {}
  return AppModule;
}
