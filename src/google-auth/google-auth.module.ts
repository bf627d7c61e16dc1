import { type DynamicModule, Module, type Type } from "@nestjs/common";
import { APP_FILTER, APP_GUARD, RouterModule } from "@nestjs/core";
import { AccountModule } from "../account/account.module";
import { AdminModule } from "../admin/admin.module";
import { AuditModule } from "../audit/audit.module";
import { AccessTokenGuard } from "../auth/access/access-token.guard";
import { AuthModule } from "../auth/auth.module";
import { CommonModule } from "../common/common.module";
import {
  AuthErrorFilter,
  ProblemDetailsFilter,
} from "../common/problem-details.filter";
import { checkedOptions, InvalidOptionsError } from "../config/module-options";
import { DatabaseModule } from "../database/database.module";
import { IdentityModule } from "../identity/identity.module";
import { addedProviders } from "../identity/identity-providers";
import { OAuthModule } from "../oauth/oauth.module";
import {
  AccountPageModule,
  AdminPageModule,
  PageFilesModule,
} from "../pages/pages.module";
import { RateLimitsModule } from "../rate-limits/rate-limits.module";
import { SecurityEventsModule } from "../security-events/security-events.module";
import { SessionsModule } from "../sessions/sessions.module";
import { AccessTokensModule } from "../access-tokens/access-tokens.module";
import { DpopModule } from "../dpop/dpop.module";
import { SigningKeysModule } from "../signing-keys/signing-keys.module";
import { UsersModule } from "../users/users.module";
import type {
  GoogleAuthModuleAsyncOptions,
  GoogleAuthModuleOptions,
  GoogleAuthStructure,
  RoutesOptions,
} from "./google-auth.options";
import { OptionsModule, type OptionsSource } from "./options.module";
import { roomOf } from "./seams";
import {
  defaultRoutes,
  misplacedNames,
  sharedNames,
  split,
  structureProblems,
} from "./structure";

/** In the order in which they start. */
const rooms: readonly Type[] = [
  ...[CommonModule, DatabaseModule, AuditModule, RateLimitsModule],
  ...[IdentityModule, UsersModule, SessionsModule, SigningKeysModule],
  ...[DpopModule, AccessTokensModule, AuthModule],
];

/** Groups of routes that can be turned off, and their modules. */
const optionalRooms = {
  account: () => AccountModule,
  admin: () => AdminModule,
  oauth: () => OAuthModule,
  securityEvents: () => SecurityEventsModule,
  health: healthModule,
  metrics: metricsModule,
} as const satisfies Partial<Record<keyof RoutesOptions, () => Type>>;

/** Loaded only if turned on, because the packages they need are optional. */
function healthModule(): Type {
  return needing("@nestjs/terminus", "health", () => {
    const { HealthModule } =
      require("../health/health.module") as typeof import("../health/health.module");
    return HealthModule;
  });
}

function metricsModule(): Type {
  return needing("prom-client", "metrics", () => {
    const { MetricsModule } =
      require("../metrics/metrics.module") as typeof import("../metrics/metrics.module");
    return MetricsModule;
  });
}

function needing(name: string, route: string, load: () => Type): Type {
  try {
    return load();
  } catch (error) {
    if ((error as { code?: unknown }).code !== "MODULE_NOT_FOUND") throw error;
    const problem = `routes.${route} needs the package ${name}`;
    throw new InvalidOptionsError([problem]);
  }
}

/** The modules of the pages that are turned on. */
function pageRooms(pages: RoutesOptions["pages"] = false): Type[] {
  const { account, admin } =
    typeof pages === "object" ? pages : { account: pages, admin: pages };
  return [
    ...(account ? [AccountPageModule] : []),
    ...(admin ? [AdminPageModule] : []),
    ...(account || admin ? [PageFilesModule] : []),
  ];
}

/**
 * Sign-in with Google for a Nest application: routes, guard and storage. Import it
 * once, in the root module.
 *
 *     GoogleAuthModule.forRoot({
 *       publicUrl: "https://api.example.com",
 *       secretKey: env.SECRET_KEY,
 *       google: { clientIds: ["…apps.googleusercontent.com"] },
 *       database: { url: env.DATABASE_URL },
 *     })
 */
@Module({})
export class GoogleAuthModule {
  /** @throws InvalidOptionsError that lists all problems */
  static forRoot(options: GoogleAuthModuleOptions): DynamicModule {
    const [structure, values] = split(options);
    const environment = checkedOptions(values, [
      ...structureProblems(structure),
      ...sharedNames(structure, values),
    ]);
    const database = connectionOf(values);
    return assemble(structure, {
      imports: [],
      inject: [],
      useFactory: () => ({ environment, ...database }),
    });
  }

  /**
   * Like `forRoot`, with options from a factory. Structural options (`routes`,
   * `guard`, `errors`, `migrate`, `identityProviders`, `imports`, `providers`)
   * are given next to the factory.
   *
   * @throws InvalidOptionsError, at start for the options from the factory
   */
  static forRootAsync(options: GoogleAuthModuleAsyncOptions): DynamicModule {
    const { inject = [], useFactory, ...structure } = options;
    const problems = structureProblems(structure);
    if (problems.length > 0) throw new InvalidOptionsError(problems);
    return assemble(structure, {
      imports: structure.imports ?? [],
      inject,
      useFactory: async (...dependencies: never[]) => {
        const values = await useFactory(...dependencies);
        const [, plain] = split(values);
        const environment = checkedOptions(plain, [
          ...misplacedNames(values),
          ...sharedNames(structure, plain),
        ]);
        return { environment, ...connectionOf(plain) };
      },
    });
  }
}

function connectionOf(values: object): { connection?: string } {
  const { database } = values as { database?: { connection?: string } };
  return { connection: database?.connection };
}

function assemble(
  structure: GoogleAuthStructure,
  options: OptionsSource,
): DynamicModule {
  const { guard = "global", errors = "own" } = structure;
  const routes = { ...defaultRoutes, ...structure.routes };
  const isOn = (name: keyof typeof optionalRooms) => routes[name];
  const optional = Object.entries(optionalRooms)
    .filter(([name]) => isOn(name as keyof typeof optionalRooms))
    .map(([, room]) => room());
  const all = [...rooms, ...optional, ...pageRooms(routes.pages)];
  return {
    module: GoogleAuthModule,
    imports: [
      OptionsModule.of(options, structure, routes.prefix),
      ...all.map((room) => furnished(room, structure)),
      ...prefixed(routes.prefix, all),
    ],
    providers: [
      {
        provide: APP_FILTER,
        useExisting: errors === "all" ? ProblemDetailsFilter : AuthErrorFilter,
      },
      // An alias, so that tests can override the guard.
      ...(guard === "global"
        ? [{ provide: APP_GUARD, useExisting: AccessTokenGuard }]
        : []),
    ],
  };
}

/** A module with the providers that replace its seams, and their imports. */
function furnished(
  room: Type,
  { imports = [], providers = [], identityProviders = {} }: GoogleAuthStructure,
): DynamicModule | Type {
  const own = providers.filter((provider) => roomOf(provider) === room);
  if (room === IdentityModule) own.push(...addedProviders(identityProviders));
  return own.length > 0 ? { module: room, imports, providers: own } : room;
}

function prefixed(prefix: string, modules: readonly Type[]): DynamicModule[] {
  if (prefix === "") return [];
  const children = modules.map((module) => ({ path: prefix, module }));
  return [RouterModule.register(children)];
}
