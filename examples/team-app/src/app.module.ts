import { type DynamicModule, Module } from "@nestjs/common";
import { ThrottlerStorage } from "@nestjs/throttler";
import { TypeOrmModule } from "@nestjs/typeorm";
import {
  AccessTokenClaims,
  ClassProfileSchema,
  GoogleAuthModule,
  googleAuthEntities,
  googleAuthMigrations,
  ProfileSchema,
  Revocations,
  SignInHooks,
  SignInPolicy,
} from "nest-google-auth";
import { CreateUsers1700000000000 } from "./migrations/1700000000000-create-users";
import { ConnectUsers1800000000000 } from "./migrations/1800000000000-connect-users";
import { RedisModule } from "./redis/redis.module";
import { RedisRevocations } from "./redis/redis-revocations";
import { RedisThrottlerStorage } from "./redis/redis-throttler-storage";
import type { Settings } from "./settings";
import { AppleVerifier } from "./sign-in/apple.verifier";
import { InvitedOnly } from "./sign-in/invited-only.policy";
import { MemberProfile } from "./sign-in/member-profile";
import { Onboarding } from "./sign-in/onboarding.hooks";
import { TenantClaims } from "./sign-in/tenant.claims";
import { MemberEntity } from "./team/member.entity";
import { TeamModule } from "./team/team.module";

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          type: "postgres",
          url: settings.databaseUrl,
          entities: [MemberEntity, ...googleAuthEntities],
          // TypeORM runs them in the order of their timestamps.
          migrations: [
            CreateUsers1700000000000,
            ...googleAuthMigrations,
            ConnectUsers1800000000000,
          ],
          migrationsRun: true,
        }),
        TeamModule,
        GoogleAuthModule.forRoot({
          publicUrl: settings.publicUrl,
          secretKey: settings.secretKey,
          google: settings.google,
          database: { connection: "default" },
          identityProviders: { apple: new AppleVerifier(settings.apple) },
          imports: [RedisModule.at(settings.redisUrl)],
          providers: [
            { provide: SignInPolicy, useClass: InvitedOnly },
            { provide: SignInHooks, useClass: Onboarding },
            { provide: AccessTokenClaims, useClass: TenantClaims },
            {
              provide: ProfileSchema,
              useValue: ClassProfileSchema.of(MemberProfile),
            },
            { provide: Revocations, useClass: RedisRevocations },
            { provide: ThrottlerStorage, useClass: RedisThrottlerStorage },
          ],
        }),
      ],
    };
  }
}
