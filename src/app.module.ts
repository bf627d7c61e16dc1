import {
  type DynamicModule,
  Module,
  type Provider,
  type Type,
} from "@nestjs/common";
import { ConfigModule, type ConfigType } from "@nestjs/config";
import { TypeOrmModule } from "@nestjs/typeorm";
import { LoggerModule } from "nestjs-pino";
import type { Logger } from "pino";
import type { Environment } from "./config/environment";
import { settingsOf } from "./config/settings";
import {
  AccountModule,
  AdminModule,
  AuditModule,
  AuthModule,
  CommonModule,
  DatabaseModule,
  dataSourceOptions,
  IdentityModule,
  OAuthModule,
  OpsModule,
  PemSigningKeys,
  RateLimitsModule,
  SecurityEventsModule,
  SessionsModule,
  SigningKeys,
  TokensModule,
  UsersModule,
} from "./index";

export interface AppOptions {
  /** What the application logs with; Nest's own logger unless given. */
  readonly logger?: Logger;
  /** Replacements for the defaults of floor 0, such as a frozen Clock, and for the ProfileSchema. */
  readonly providers?: Provider[];
  /** Controllers beside ours, and guarded like them. */
  readonly controllers?: Type[];
}

/** The service: binds the configuration to the modules. */
@Module({})
export class AppModule {
  static forRoot(
    environment: Environment,
    options: AppOptions = {},
  ): DynamicModule {
    const settings = settingsOf(environment);
    return {
      module: AppModule,
      controllers: options.controllers ?? [],
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          // The environment was read and checked before any module was made.
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          skipProcessEnv: true,
          load: Object.values(settings),
        }),
        LoggerModule.forRoot({
          pinoHttp: { logger: options.logger },
          // The request log is not a middleware; see request-log.ts.
          forRoutes: [],
        }),
        CommonModule.forRoot({
          showReasons: environment.NODE_ENV !== "production",
          providers: options.providers,
        }),
        TypeOrmModule.forRootAsync({
          inject: [settings.database.KEY],
          useFactory: (database: ConfigType<typeof settings.database>) => ({
            ...dataSourceOptions(database),
            autoLoadEntities: true,
            retryAttempts: 5,
            retryDelay: 2000,
          }),
        }),
        DatabaseModule,
        AuditModule.forRootAsync({
          inject: [settings.audit.KEY],
          useFactory: (audit: ConfigType<typeof settings.audit>) => audit,
          providers: options.providers,
        }),
        RateLimitsModule.forRootAsync({
          inject: [settings.rateLimits.KEY],
          useFactory: (limits: ConfigType<typeof settings.rateLimits>) =>
            limits,
          providers: options.providers,
        }),
        IdentityModule.forRootAsync({
          inject: [settings.identity.KEY],
          useFactory: (identity: ConfigType<typeof settings.identity>) =>
            identity,
        }),
        UsersModule.forRootAsync({
          inject: [settings.users.KEY],
          useFactory: (users: ConfigType<typeof settings.users>) => users,
          providers: options.providers,
        }),
        SessionsModule.forRootAsync({
          inject: [settings.sessions.KEY],
          useFactory: (sessions: ConfigType<typeof settings.sessions>) =>
            sessions,
        }),
        TokensModule.forRootAsync({
          inject: [settings.tokens.KEY],
          useFactory: (tokens: ConfigType<typeof settings.tokens>) => tokens,
          providers: environment.SIGNING_KEY_PEM
            ? [{ provide: SigningKeys, useClass: PemSigningKeys }]
            : [],
        }),
        AuthModule.forRootAsync({
          inject: [settings.auth.KEY],
          useFactory: (auth: ConfigType<typeof settings.auth>) => auth,
        }),
        OAuthModule.forRootAsync({
          inject: [settings.oauth.KEY],
          useFactory: (oauth: ConfigType<typeof settings.oauth>) => oauth,
        }),
        AccountModule,
        AdminModule.forRootAsync({
          inject: [settings.admin.KEY],
          useFactory: (admin: ConfigType<typeof settings.admin>) => admin,
        }),
        SecurityEventsModule.forRoot({}),
        OpsModule,
      ],
    };
  }
}
