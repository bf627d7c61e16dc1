import { ApolloDriver, type ApolloDriverConfig } from "@nestjs/apollo";
import { Module } from "@nestjs/common";
import { GraphQLModule } from "@nestjs/graphql";
import { MercuriusDriver, type MercuriusDriverConfig } from "@nestjs/mercurius";
import { GoogleAuthModule, type GoogleOptions } from "nest-google-auth";
import { ThingsGateway } from "./things.gateway.js";
import { ThingsResolver } from "./things.resolver.js";

export type Driver = "apollo" | "mercurius";

/** GraphQL by Apollo on Express, or by Mercurius on Fastify; WebSockets by socket.io on either. */
export function appModule(
  env: NodeJS.ProcessEnv,
  driver: Driver,
  google: GoogleOptions,
) {
  @Module({
    imports: [
      GoogleAuthModule.forRoot({
        publicUrl: env.PUBLIC_URL ?? "http://localhost:3000",
        secretKey: env.SECRET_KEY ?? "",
        google,
        database: { url: env.DATABASE_URL ?? "" },
      }),
      driver === "apollo"
        ? GraphQLModule.forRoot<ApolloDriverConfig>({
            driver: ApolloDriver,
            autoSchemaFile: true,
          })
        : GraphQLModule.forRoot<MercuriusDriverConfig>({
            driver: MercuriusDriver,
            autoSchemaFile: true,
          }),
    ],
    providers: [ThingsResolver, ThingsGateway],
  })
  class AppModule {}
  return AppModule;
}
