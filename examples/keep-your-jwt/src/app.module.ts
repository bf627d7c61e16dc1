import { Module } from "@nestjs/common";
import { PassportModule } from "@nestjs/passport";
import { TypeOrmModule } from "@nestjs/typeorm";
import {
  AccessTokenClaims,
  GoogleAuthModule,
  googleAuthEntities,
  googleAuthMigrations,
  type GoogleOptions,
  SignInHooks,
} from "nest-google-auth";
import { AccountClaims } from "./account.claims.js";
import { AccountController } from "./account.controller.js";
import { AccountHooks } from "./account.hooks.js";
import { CreateAccounts1700000000000 } from "./create-accounts.migration.js";
import { EitherTokenGuard } from "./either-token.guard.js";
import { JWT_SECRET, JwtAuthGuard, JwtStrategy } from "./jwt.strategy.js";

export function appModule(env: NodeJS.ProcessEnv, google: GoogleOptions) {
  @Module({
    imports: [
      PassportModule,
      TypeOrmModule.forRoot({
        ...({ type: "postgres", url: env.DATABASE_URL } as const),
        entities: [...googleAuthEntities],
        migrations: [CreateAccounts1700000000000, ...googleAuthMigrations],
        migrationsRun: true,
      }),
      GoogleAuthModule.forRoot({
        publicUrl: env.PUBLIC_URL ?? "http://localhost:3000",
        secretKey: env.SECRET_KEY ?? "",
        google,
        database: { connection: "default" },
        // The application's routes keep their own guards.
        guard: "manual",
        providers: [
          { provide: SignInHooks, useClass: AccountHooks },
          { provide: AccessTokenClaims, useClass: AccountClaims },
        ],
      }),
    ],
    controllers: [AccountController],
    providers: [
      { provide: JWT_SECRET, useValue: env.JWT_SECRET },
      ...[JwtStrategy, JwtAuthGuard, EitherTokenGuard],
    ],
  })
  class AppModule {}
  return AppModule;
}
