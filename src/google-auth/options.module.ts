import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type Provider,
} from "@nestjs/common";
import { AUDIT_OPTIONS } from "../audit/audit-partitions";
import { AUTH_OPTIONS } from "../auth/auth.options";
import { ROUTE_PREFIX } from "../common/mounted-routes";
import { SHOW_REASONS } from "../common/problem-details.filter";
import type { Environment } from "../config/environment";
import { settingsOf } from "../config/settings";
import {
  DATABASE_ENTITIES,
  DATABASE_LOCATION,
  SCHEMA_MIGRATION,
} from "../database/database.options";
import { IDENTITY_OPTIONS } from "../identity/identity.options";
import { METRICS_OPTIONS } from "../metrics/metrics.options";
import { OAUTH_OPTIONS } from "../oauth/oauth.options";
import { PAGES_OPTIONS } from "../pages/pages.options";
import { RATE_LIMITS_OPTIONS } from "../rate-limits/rate-limits.options";
import { SESSIONS_OPTIONS } from "../sessions/sessions.options";
import { ACCESS_TOKENS_OPTIONS } from "../access-tokens/access-tokens.options";
import { DPOP_OPTIONS } from "../dpop/dpop.options";
import { SIGNING_KEYS_OPTIONS } from "../signing-keys/signing-keys.options";
import { USERS_OPTIONS } from "../users/admin-emails";
import { googleAuthEntities } from "./google-auth.entities";
import type { GoogleAuthStructure } from "./google-auth.options";

const SETTINGS = Symbol("SETTINGS");

/** The validated options. */
export interface CheckedOptions {
  readonly environment: Readonly<Environment>;
  /** The name of the application's own DataSource. */
  readonly connection?: string;
}

/** Where the options come from. */
export interface OptionsSource {
  readonly imports: NonNullable<ModuleMetadata["imports"]>;
  readonly inject: NonNullable<FactoryProvider["inject"]>;
  readonly useFactory: (
    ...dependencies: never[]
  ) => CheckedOptions | Promise<CheckedOptions>;
}

type Settings = ReturnType<typeof settings>;

/** Provides each module with its settings. */
@Module({})
export class OptionsModule {
  static of(
    { imports, inject, useFactory }: OptionsSource,
    structure: GoogleAuthStructure,
    prefix: string,
  ): DynamicModule {
    const providers: Provider[] = [
      {
        provide: SETTINGS,
        inject,
        useFactory: async (...dependencies: never[]) =>
          settings(await useFactory(...dependencies), structure),
      },
      { provide: DATABASE_ENTITIES, useValue: googleAuthEntities },
      { provide: ROUTE_PREFIX, useValue: prefix },
      slice(AUDIT_OPTIONS, (of) => of.audit),
      slice(AUTH_OPTIONS, (of) => of.auth),
      slice(DATABASE_LOCATION, (of) => of.location),
      slice(IDENTITY_OPTIONS, (of) => of.identity),
      slice(METRICS_OPTIONS, (of) => of.metrics),
      slice(OAUTH_OPTIONS, (of) => of.oauth),
      slice(PAGES_OPTIONS, (of) => of.pages),
      slice(RATE_LIMITS_OPTIONS, (of) => of.rateLimits),
      slice(SCHEMA_MIGRATION, (of) => of.migration),
      slice(SESSIONS_OPTIONS, (of) => of.sessions),
      slice(SHOW_REASONS, (of) => of.showReasons),
      slice(ACCESS_TOKENS_OPTIONS, (of) => of.accessTokens),
      slice(DPOP_OPTIONS, (of) => of.dpop),
      slice(SIGNING_KEYS_OPTIONS, (of) => of.signingKeys),
      slice(USERS_OPTIONS, (of) => of.users),
    ];
    return {
      module: OptionsModule,
      global: true,
      imports,
      providers,
      exports: providers.map((provider) =>
        typeof provider === "function" ? provider : provider.provide,
      ),
    };
  }
}

function slice(
  provide: symbol,
  select: (settings: Settings) => unknown,
): Provider {
  return { provide, inject: [SETTINGS], useFactory: select };
}

function settings(
  { environment, connection }: CheckedOptions,
  { migrate }: GoogleAuthStructure,
) {
  const slices = settingsOf(environment);
  const isProduction = environment.NODE_ENV === "production";
  return {
    ...slices,
    location: connection === undefined ? slices.database : { connection },
    migration: migrate ?? (isProduction ? "never" : "on-start"),
  };
}
