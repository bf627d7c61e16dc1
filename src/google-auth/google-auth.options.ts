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
 * Everything `GoogleAuthModule` is told, each fact once. All but the first four
 * may be left out. The same rules check it as check the service's environment;
 * docs/configuration.md has the rule and the default of each.
 */
export interface GoogleAuthOptions {
  /** Where clients reach the application: the issuer of its tokens, its own origin, what DPoP proofs are made for. */
  readonly publicUrl: string;
  /** 32 bytes or more of your own making; during a change, also the one before it. */
  readonly secretKey:
    string | { readonly current: string; readonly previous?: string };
  readonly google: GoogleOptions;
  /** A database of its own, or the application's TypeORM DataSource by its name (`"default"`). */
  readonly database:
    | {
        readonly url: string;
        /** Most connections; 10 unless given. */
        readonly poolSize?: number;
        /** TLS with a checked certificate; false unless given. */
        readonly ssl?: boolean;
      }
    | { readonly connection: string };

  /** Whether the rules of production apply; `NODE_ENV` unless given. */
  readonly environment?: "development" | "test" | "production";
  /** Whether a Google account that is not known yet becomes a user; `open` unless given. */
  readonly signUp?: "open" | "closed";
  /** Google Workspace domains (`hd`) that may sign in; any account unless given. */
  readonly hostedDomains?: readonly string[];
  /** Refuse accounts whose e-mail is absent or unverified; true unless given. */
  readonly requireVerifiedEmail?: boolean;
  /** Users with one of these addresses get the role `admin`, where Google is the authority for the address. */
  readonly adminEmails?: readonly string[];
  /** Origins of front ends elsewhere that may sign in here; only `publicUrl`'s unless given. */
  readonly origins?: readonly string[];
  readonly sessions?: {
    /** Seconds a session may be unused; 2592000 unless given. */
    readonly idleTtlSeconds?: number;
    /** Seconds a session may live; 7776000 unless given. */
    readonly maxTtlSeconds?: number;
    /** How many a user may have, 1–1000; 100 unless given. */
    readonly maxPerUser?: number;
  };
  readonly refresh?: {
    /** `auto`: a cookie for pages of an allowed origin, the body for apps. `body`, unless given: always the body. */
    readonly transport?: "auto" | "body";
    /** `none` for a front end on another site; `strict` unless given. */
    readonly sameSite?: "strict" | "none";
    /** Seconds a replaced token still gets its successor, 0–60; 10 unless given. */
    readonly graceSeconds?: number;
    /** How often it does after that in 30 days, 0–10; 3 unless given. */
    readonly lateRetries?: number;
  };
  readonly accessTokens?: {
    /** Seconds, 60–3600; 900 unless given. */
    readonly ttlSeconds?: number;
    /** Who they are for (`aud`); `publicUrl` unless given. */
    readonly audience?: string;
  };
  /** Whether clients may bind their tokens to a key (RFC 9449), or have to; `off` unless given. */
  readonly dpop?: "off" | "optional" | "required";
  /** Whether DPoP proofs must carry a nonce given out here; `optional` unless given. */
  readonly dpopNonce?: "optional" | "required";
  readonly limits?: {
    /** Attempts to sign in of one client network; 300 in 60 s unless given. */
    readonly signIn?: RateLimit | "off";
    /** Refused attempts of one client network; 30 in 60 s unless given. */
    readonly signInFailures?: RateLimit | "off";
    /** Refreshes of one client network; 300 in 60 s unless given. */
    readonly refresh?: RateLimit | "off";
    /** Counted by each instance (`memory`, unless given) or by all together. */
    readonly store?: "memory" | "postgres";
  };
  readonly signingKeys?: {
    /** Days after which a key is replaced, 1–365; 30 unless given. */
    readonly rotationDays?: number | "off";
    /** A private key, PEM, in the place of keys in the database. */
    readonly pem?: string;
    /** Another key that is accepted and does not sign, during a change. */
    readonly previousPem?: string;
  };
  /** The page that browsers come back to from a sign-in by redirect, which is off without it. */
  readonly appUrl?: string;
  /** Other pages that the `state` may name, letter for letter. */
  readonly appRedirectUrls?: readonly string[];
  /** Services that may introspect tokens, each `id:secret`. */
  readonly introspectionClients?: readonly string[];
  /** Providers whose tokens a remote Verify Token API proves. */
  readonly verifyTokenProviders?: readonly VerifyTokenProvider[];
  /** Days the audit log is kept, 30–3650; 400 unless given. */
  readonly auditRetentionDays?: number;
  /** What a scraper sends as its bearer token to `/metrics`; needed in production. */
  readonly metricsToken?: string;
  /** Answer `/tokeninfo`, for debugging; refused in production. */
  readonly tokeninfo?: boolean;
}

/** The application as Google knows it. */
export interface GoogleOptions {
  /** All its OAuth client ids, at least one; a label as in `ios=…` is for the log. */
  readonly clientIds: readonly string[];
  /** Of the client labelled `web`, or else the first: turns the code flow on. */
  readonly clientSecret?: string;
  /** What codes may be requested with, beside `postmessage`. */
  readonly redirectUris?: readonly string[];
  /** Whether a token must carry a nonce given out here; `optional` unless given. */
  readonly nonce?: "optional" | "required";
  /** Whether a token signs in once; `reusable` unless given. */
  readonly idTokenUse?: "reusable" | "once";
  /** How far Google's clock and ours may differ, 0–300; 60 unless given. */
  readonly clockSkewSeconds?: number;
  /** Of the emulator, refused in production; Google's unless given. */
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

/** How the module is put together: beside the options, also of `forRootAsync`. */
export interface GoogleAuthStructure {
  readonly routes?: RoutesOptions;
  /** `global`, unless given: every route of the application needs a token unless it says otherwise. `manual`: where `@UseGuards(AccessTokenGuard)` is. */
  readonly guard?: "global" | "manual";
  /** `own`, unless given: problem+json for these routes and `AuthError`. `all`: for the whole application. */
  readonly errors?: "own" | "all";
  /** Whether the schema is brought up to date at the start; `never` in production, unless given, `on-start` elsewhere. */
  readonly migrate?: "on-start" | "never";
  /** More providers for `POST /auth/:provider`, by name: a class, whose dependencies are injected, or an instance. */
  readonly identityProviders?: Readonly<
    Record<string, Type<IdentityVerifier> | IdentityVerifier>
  >;
  /** Modules with what the providers below inject. */
  readonly imports?: ModuleMetadata["imports"];
  /** Replacements of seams, one line each: `{ provide: SignInHooks, useClass: Onboarding }`. */
  readonly providers?: readonly Provider[];
}

/** Which routes there are. */
export interface RoutesOptions {
  /** Before all of them, such as `api/v1`; none unless given. */
  readonly prefix?: string;
  /** `/users/me` and what is below it; true unless given. */
  readonly account?: boolean;
  /** `/admin`; true unless given. */
  readonly admin?: boolean;
  /** `/oauth`, `/verify-token` and the metadata; true unless given. */
  readonly oauth?: boolean;
  /** `/security-events`; true unless given. */
  readonly securityEvents?: boolean;
  /** `/health`; false unless given. */
  readonly health?: boolean;
  /** `/metrics`, for Prometheus; false unless given. */
  readonly metrics?: boolean;
  /** The pages at `/account` and `/admin`, both or one of them; false unless given. They need `refresh.transport: "auto"` to stay signed in over a reload. */
  readonly pages?:
    boolean | { readonly account?: boolean; readonly admin?: boolean };
}

/** What `GoogleAuthModule.forRoot` takes. */
export interface GoogleAuthModuleOptions
  extends GoogleAuthOptions, GoogleAuthStructure {}

/** What `GoogleAuthModule.forRootAsync` takes: the options from a factory, the structure beside it. */
export interface GoogleAuthModuleAsyncOptions extends GoogleAuthStructure {
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  readonly useFactory: (
    ...dependencies: never[]
  ) => GoogleAuthOptions | Promise<GoogleAuthOptions>;
}
