import type {
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Provider,
  Type,
} from "@nestjs/common";
import type { IdentityVerifier } from "../identity/identity-verifier.port";
import type { VerifyTokenProvider } from "../identity/remote/verify-token-provider";
import type { RateLimit } from "../rate-limits/rate-limits.options";

/**
 * The options of `GoogleAuthModule`. Only the first four are required. They are
 * checked by the same rules as the service's environment; docs/configuration.md
 * lists rules and defaults.
 */
export interface GoogleAuthOptions {
  /** Where clients reach the application: the issuer of its tokens, its own origin and the target of DPoP proofs. */
  readonly publicUrl: string;
  /** At least 32 random bytes; during a change, also the previous one. */
  readonly secretKey:
    string | { readonly current: string; readonly previous?: string };
  readonly google: GoogleOptions;
  /** A database by URL, or the application's TypeORM DataSource by name (`"default"`). */
  readonly database:
    | {
        readonly url: string;
        /** Maximum number of connections; default 10. */
        readonly poolSize?: number;
        /** TLS with a verified certificate; default false. Required in production for a database on another machine. */
        readonly ssl?: boolean;
      }
    | { readonly connection: string };

  /** Whether the rules of production apply; `NODE_ENV` by default. */
  readonly environment?: "development" | "test" | "production";
  /** Whether an unknown Google account becomes a new user; `open` by default. */
  readonly signUp?: "open" | "closed";
  /** Google Workspace domains (`hd`) that may sign in; any account by default. */
  readonly hostedDomains?: readonly string[];
  /** Refuse accounts whose e-mail is absent or unverified; true by default. */
  readonly requireVerifiedEmail?: boolean;
  /** Users with one of these addresses get the role `admin`, if Google is authoritative for the address. */
  readonly adminEmails?: readonly string[];
  /** Other origins whose pages may sign in here; only that of `publicUrl` by default. */
  readonly origins?: readonly string[];
  readonly sessions?: {
    /** Seconds a session may be idle; 2592000 by default. */
    readonly idleTtlSeconds?: number;
    /** Maximum lifetime of a session in seconds; 7776000 by default. */
    readonly maxTtlSeconds?: number;
    /** How many a user may have, 1–1000; 100 by default. */
    readonly maxPerUser?: number;
  };
  readonly refresh?: {
    /** `auto`: a cookie for pages of an allowed origin, the body for apps. `body` (default): always the body. */
    readonly transport?: "auto" | "body";
    /** `none` for a front end on another site; `strict` by default. */
    readonly sameSite?: "strict" | "none";
    /** Seconds a replaced token still returns its successor, 0–60; 10 by default. */
    readonly graceSeconds?: number;
    /** How often it still does after that, in 30 days, 0–10; 3 by default. */
    readonly lateRetries?: number;
  };
  readonly accessTokens?: {
    /** Seconds, 60–3600; 900 by default. */
    readonly ttlSeconds?: number;
    /** Their audience (`aud`); `publicUrl` by default. */
    readonly audience?: string;
  };
  /** Whether clients may or must bind their tokens to a key (RFC 9449); `off` by default. */
  readonly dpop?: "off" | "optional" | "required";
  /** Whether DPoP proofs must contain a nonce issued here; `optional` by default. */
  readonly dpopNonce?: "optional" | "required";
  readonly limits?: {
    /** Attempts to sign in of one client network; 300 in 60 s by default. */
    readonly signIn?: RateLimit | "off";
    /** Refused attempts of one client network; 30 in 60 s by default. */
    readonly signInFailures?: RateLimit | "off";
    /** Refreshes of one client network; 300 in 60 s by default. */
    readonly refresh?: RateLimit | "off";
    /** Nonces requested by one client network; 300 in 60 s by default. */
    readonly nonce?: RateLimit | "off";
    /** Calls of `POST /verify-token` by the services of one network; 3000 in 60 s by default. */
    readonly verifyToken?: RateLimit | "off";
    /** Whether each instance counts by itself (`memory`, the default) or all together. */
    readonly store?: "memory" | "postgres";
  };
  readonly signingKeys?: {
    /** Days after which a key is replaced, 1–365; 30 by default. */
    readonly rotationDays?: number | "off";
    /** A private key (PEM), instead of keys in the database. */
    readonly pem?: string;
    /** Another key that is accepted but does not sign, during a rotation. */
    readonly previousPem?: string;
  };
  /** The page to redirect to after a sign-in by redirect, which is off without it. */
  readonly appUrl?: string;
  /** Other pages that the `state` may name; compared exactly. */
  readonly appRedirectUrls?: readonly string[];
  /** Services that may introspect tokens, each `id:secret`. */
  readonly introspectionClients?: readonly string[];
  /** Providers whose tokens a remote Verify Token API verifies. */
  readonly verifyTokenProviders?: readonly VerifyTokenProvider[];
  /** Days the audit log is kept, 30–3650; 400 by default. */
  readonly auditRetentionDays?: number;
  /** The bearer token that `/metrics` requires; mandatory in production. */
  readonly metricsToken?: string;
  /** Serve `/tokeninfo`, for debugging; refused in production. */
  readonly tokeninfo?: boolean;
}

/** The application as registered with Google. */
export interface GoogleOptions {
  /** All its OAuth client ids, at least one; a label as in `ios=…` is for the log. */
  readonly clientIds: readonly string[];
  /**
   * Of the client labelled `web`, or otherwise the first: turns the code flow
   * on.
   */
  readonly clientSecret?: string;
  /** Redirect URIs of authorization codes, in addition to `postmessage`. */
  readonly redirectUris?: readonly string[];
  /** Whether an ID token must contain a nonce issued here; `optional` by default. */
  readonly nonce?: "optional" | "required";
  /** Whether an ID token can be used only once; `reusable` by default. */
  readonly idTokenUse?: "reusable" | "once";
  /** How far Google's clock and ours may differ, 0–300; 60 by default. */
  readonly clockSkewSeconds?: number;
  /** Of the emulator, refused in production; Google's by default. */
  readonly certsUrl?: string;
  /** As `certsUrl`. */
  readonly tokenUrl?: string;
  /** As `certsUrl`. */
  readonly userinfoUrl?: string;
  /** As `certsUrl`. */
  readonly tokeninfoUrl?: string;
  /** As `certsUrl`; of the pages. */
  readonly scriptUrl?: string;
}

/** Structural options, which `forRootAsync` takes next to the factory. */
export interface GoogleAuthStructure {
  readonly routes?: RoutesOptions;
  /** `global` (default): every route of the application needs a token unless it is marked otherwise. `manual`: only with `@UseGuards(AccessTokenGuard)`. */
  readonly guard?: "global" | "manual";
  /** `own` (default): problem+json for these routes and `AuthError`. `all`: for the whole application. */
  readonly errors?: "own" | "all";
  /** Whether migrations run at start; by default `never` in production and `on-start` elsewhere. */
  readonly migrate?: "on-start" | "never";
  /** More providers for `POST /auth/:provider`, by name: a class, whose dependencies are injected, or an instance. */
  readonly identityProviders?: Readonly<
    Record<string, Type<IdentityVerifier> | IdentityVerifier>
  >;
  /** Modules that export what the providers below inject. */
  readonly imports?: ModuleMetadata["imports"];
  /** Replacements of seams, one line each: `{ provide: SignInHooks, useClass: Onboarding }`. */
  readonly providers?: readonly Provider[];
}

/** Which routes are served. */
export interface RoutesOptions {
  /** Prefix of all routes, such as `api/v1`; none by default. */
  readonly prefix?: string;
  /** `/users/me` and the routes below it; true by default. */
  readonly account?: boolean;
  /** `/admin`; true by default. */
  readonly admin?: boolean;
  /** `/oauth`, `/verify-token` and the metadata; true by default. */
  readonly oauth?: boolean;
  /** `/security-events`; true by default. */
  readonly securityEvents?: boolean;
  /** `/health`; false by default. */
  readonly health?: boolean;
  /** `/metrics`, for Prometheus; false unless given. */
  readonly metrics?: boolean;
  /**
   * The pages at `/account` and `/admin`, both or one of them; false unless
   * given. They need `refresh.transport: "auto"` to stay signed in across
   * reloads.
   */
  readonly pages?:
    boolean | { readonly account?: boolean; readonly admin?: boolean };
}

/** The options of `GoogleAuthModule.forRoot`. */
export interface GoogleAuthModuleOptions
  extends GoogleAuthOptions, GoogleAuthStructure {}

/** The options of `GoogleAuthModule.forRootAsync`: a factory, and the structural options. */
export interface GoogleAuthModuleAsyncOptions extends GoogleAuthStructure {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (
    ...dependencies: never[]
  ) => GoogleAuthOptions | Promise<GoogleAuthOptions>;
}
