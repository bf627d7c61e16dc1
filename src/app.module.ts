import {
  type DynamicModule,
  Module,
  type Provider,
  type Type,
} from "@nestjs/common";
import { LoggerModule } from "nestjs-pino";
import type { Logger } from "pino";
import type { Environment } from "./config/environment";
import { optionsFrom } from "./config/module-options";
import { serviceSettings } from "./config/settings";
import { GoogleAuthModule, type GoogleAuthOptions } from "./index";

export interface AppOptions {
  /** The application's logger; Nest's own by default. */
  readonly logger?: Logger;
  /** Replacements of seams, such as a frozen Clock. */
  readonly providers?: readonly Provider[];
  /** Additional controllers, guarded like ours. */
  readonly controllers?: Type[];
}

/**
 * The service: GoogleAuthModule with the options of the environment, and
 * logging.
 */
@Module({})
export class AppModule {
  static forRoot(
    environment: Environment,
    { logger, providers, controllers = [] }: AppOptions = {},
  ): DynamicModule {
    return {
      module: AppModule,
      controllers,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: { logger },
          // The request log is not a middleware; see request-log.ts.
          forRoutes: [],
        }),
        GoogleAuthModule.forRoot({
          ...(optionsFrom(environment) as GoogleAuthOptions),
          publicUrl: serviceSettings(environment).publicUrl,
          routes: {
            health: true,
            metrics: environment.METRICS,
            pages: {
              account: environment.ACCOUNT_PAGE,
              admin: environment.ADMIN_PAGE,
            },
          },
          errors: "all",
          // The service's database is migrated by the CLI command, an embedded
          // one at startup.
          migrate: "never",
          providers,
        }),
      ],
    };
  }
}
