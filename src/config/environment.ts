import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  Min,
} from "class-validator";
import { isNetwork } from "../common/ip-address";
import type { RateLimit } from "../rate-limits/rate-limits.options";
import {
  clientId,
  domain,
  isClientOrigin,
  isGoogleUrl,
  isIntrospectionClientList,
  isListOf,
  isOrigin,
  isRateLimit,
  isRotationDays,
  isSecretKey,
  isSigningKeyPem,
  isUrl,
  isVerificationKeyPem,
} from "./environment-rules";
import {
  AsBoolean,
  AsInteger,
  AsList,
  AsRateLimit,
  Optional,
  Satisfies,
  Variable,
} from "./variable.decorator";

const inProduction = (environment: Environment) =>
  environment.NODE_ENV === "production";

/**
 * Every variable of the environment that this service reads, once: name, type,
 * default and rule. The table in the documentation is generated from here.
 */
export class Environment {
  @Variable({
    purpose: "What the process is for.",
    rule: "one of development, test, production",
    default: "development",
  })
  @IsIn(["development", "test", "production"])
  NODE_ENV!: "development" | "test" | "production";

  @Variable({
    purpose: "Address to listen on.",
    rule: "an IP address or host name",
    defaultText: "`127.0.0.1`, in production `0.0.0.0`",
  })
  @Optional()
  @IsString()
  HOST?: string;

  @Variable({
    purpose: "Port to listen on; 0 takes a free one.",
    rule: "an integer from 0 to 65535",
    default: 3000,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT!: number;

  @Variable({
    purpose:
      "Where clients reach this service: the issuer (`iss`) of its access tokens.",
    rule: "an origin such as https://auth.example.com without a path, https in production",
    defaultText: "`http://localhost:$PORT` outside production",
  })
  @Satisfies("publicUrl", (value, environment: Environment) =>
    inProduction(environment)
      ? isOrigin(value) && isUrl(value, ["https:"])
      : value === undefined || isOrigin(value),
  )
  PUBLIC_URL?: string;

  @Variable({
    purpose: "The PostgreSQL database.",
    rule: "a postgres:// or postgresql:// URL; required in production",
    defaultText: "an embedded Postgres under `.data/` outside production",
  })
  @Satisfies("databaseUrl", (value) =>
    isUrl(value, ["postgres:", "postgresql:"]),
  )
  DATABASE_URL!: string;

  @Variable({
    purpose: "Most connections this process opens to the database.",
    rule: "an integer from 1 to 200",
    default: 10,
  })
  @AsInteger()
  @IsInt()
  @Min(1)
  @Max(200)
  DATABASE_POOL_SIZE!: number;

  @Variable({
    purpose: "Connect to the database by TLS and check its certificate.",
    rule: "on or off",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  DATABASE_SSL!: boolean;

  @Variable({
    purpose:
      "The OAuth client ids of your apps (web, iOS, Android, …): whose ID tokens are accepted.",
    rule: "a comma list of at least one client id, each optionally labelled as in ios=…",
  })
  @AsList()
  @IsArray()
  @ArrayNotEmpty()
  @Satisfies("clientIds", (value) => isListOf(value, clientId))
  GOOGLE_CLIENT_IDS!: string[];

  @Variable({
    purpose:
      "When set, only accounts of these Google Workspace domains (`hd`) may sign in.",
    rule: "a comma list of domain names",
    defaultText: "none: any account",
  })
  @Optional()
  @AsList()
  @Satisfies("domains", (value) => isListOf(value, domain))
  GOOGLE_HOSTED_DOMAINS?: string[];

  @Variable({
    purpose:
      "Whether a Google ID token must carry a nonce given out by `POST /auth/google/nonce`.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  GOOGLE_NONCE!: "optional" | "required";

  @Variable({
    purpose:
      "Whether a Google ID token signs in as long as it lives, or one time.",
    rule: "reusable or once",
    default: "reusable",
  })
  @IsIn(["reusable", "once"])
  GOOGLE_ID_TOKEN_USE!: "reusable" | "once";

  @Variable({
    purpose: "Where Google publishes its signing certificates (PEM map).",
    rule: "a URL; in production an https URL of Google's",
    default: "https://www.googleapis.com/oauth2/v1/certs",
  })
  @Satisfies("certsUrl", (value, environment: Environment) =>
    inProduction(environment)
      ? isGoogleUrl(value)
      : isUrl(value, ["http:", "https:"]),
  )
  GOOGLE_CERTS_URL!: string;

  @Variable({
    purpose: "Whether a Google account that is not known yet becomes a user.",
    rule: "open or closed",
    default: "open",
  })
  @IsIn(["open", "closed"])
  SIGN_UP!: "open" | "closed";

  @Variable({
    purpose: "Refuse accounts whose e-mail is absent or unverified.",
    rule: "true or false",
    default: true,
  })
  @AsBoolean()
  @IsBoolean()
  REQUIRE_VERIFIED_EMAIL!: boolean;

  @Variable({
    purpose:
      "Who gets the role `admin` at sign-in: users of these addresses, where Google is the authority for the address (gmail.com, Workspace). Taken off the list they keep it.",
    rule: "a comma list of e-mail addresses",
    defaultText: "none",
  })
  @Optional()
  @AsList()
  @IsEmail({}, { each: true })
  ADMIN_EMAILS?: string[];

  @Variable({
    purpose: "Life of an access token, in seconds.",
    rule: "an integer from 60 to 3600",
    default: 900,
  })
  @AsInteger()
  @IsInt()
  @Min(60)
  @Max(3600)
  ACCESS_TOKEN_TTL_SECONDS!: number;

  @Variable({
    purpose: "Who the access tokens are for (`aud`).",
    rule: "a non-empty string of at most 255 characters",
    defaultText: "`PUBLIC_URL`",
  })
  @Optional()
  @IsNotEmpty()
  @Satisfies("audience", (value) => String(value).length <= 255)
  ACCESS_TOKEN_AUDIENCE?: string;

  @Variable({
    purpose:
      "Whether clients may bind their tokens to a key of theirs by DPoP proofs (RFC 9449), or have to.",
    rule: "off, optional or required",
    default: "off",
  })
  @IsIn(["off", "optional", "required"])
  DPOP!: "off" | "optional" | "required";

  @Variable({
    purpose:
      "Whether DPoP proofs must carry a nonce given out by this service, so that none can be made in advance.",
    rule: "optional or required",
    default: "optional",
  })
  @IsIn(["optional", "required"])
  DPOP_NONCE!: "optional" | "required";

  @Variable({
    purpose:
      "The services that may ask about access tokens at `POST /oauth/introspect`, by HTTP Basic.",
    rule: "a comma list of id:secret, each id once and of letters, digits and . _ ~ -, each secret 32 to 256 printable characters of your own making, no placeholder",
    defaultText: "none",
  })
  @Optional()
  @AsList()
  @Satisfies("introspectionClients", isIntrospectionClientList)
  INTROSPECTION_CLIENTS?: string[];

  @Variable({
    purpose: "How long a session may lie unused, in seconds.",
    rule: "an integer from 60 to 31536000",
    default: 2592000,
  })
  @AsInteger()
  @IsInt()
  @Min(60)
  @Max(31536000)
  SESSION_IDLE_TTL_SECONDS!: number;

  @Variable({
    purpose: "How long a session may live however much it is used, in seconds.",
    rule: "an integer from SESSION_IDLE_TTL_SECONDS to 63072000",
    default: 7776000,
  })
  @AsInteger()
  @IsInt()
  @Satisfies(
    "maxTtl",
    (value, environment: Environment) =>
      Number(value) >= environment.SESSION_IDLE_TTL_SECONDS,
  )
  @Max(63072000)
  SESSION_MAX_TTL_SECONDS!: number;

  @Variable({
    purpose:
      "How long a replaced refresh token still gets its successor, in seconds: for lost answers and several tabs.",
    rule: "an integer from 0 to 60",
    default: 10,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(60)
  REFRESH_GRACE_SECONDS!: number;

  @Variable({
    purpose:
      "Whether the refresh token travels in an HttpOnly cookie and not in bodies; then calls need an `Origin` of `CORS_ORIGINS` or the service's own.",
    rule: "true or false",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  REFRESH_COOKIE!: boolean;

  @Variable({
    purpose:
      "Days the audit log is kept; a month is dropped when its last day is older.",
    rule: "an integer from 30 to 3650",
    default: 400,
  })
  @AsInteger()
  @IsInt()
  @Min(30)
  @Max(3650)
  AUDIT_RETENTION_DAYS!: number;

  @Variable({
    purpose: "How far Google's clock and ours may differ, in seconds.",
    rule: "an integer from 0 to 300",
    default: 60,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(300)
  CLOCK_SKEW_SECONDS!: number;

  @Variable({
    purpose:
      "Encrypts the signing keys at rest and derives the refresh tokens. Make one with `openssl rand -base64 48`.",
    rule: "32 bytes or more of your own making, no placeholder; required in production",
    defaultText: "made and kept under `.data/` outside production",
  })
  @Satisfies("secretKey", isSecretKey)
  SECRET_KEY!: string;

  @Variable({
    purpose:
      "The SECRET_KEY of before, while it is being changed: what was made with it is still read.",
    rule: "32 bytes or more of your own making, no placeholder",
    defaultText: "none",
  })
  @Optional()
  @Satisfies("previousSecretKey", isSecretKey)
  SECRET_KEY_PREVIOUS?: string;

  @Variable({
    purpose:
      "After how many days the key that signs the access tokens is replaced.",
    rule: "an integer from 1 to 365, or off",
    default: 30,
  })
  @AsInteger()
  @Satisfies("rotationDays", isRotationDays)
  SIGNING_KEY_ROTATION_DAYS!: number | string;

  @Variable({
    purpose:
      "Signs the access tokens in the place of keys in the database, for those who have a place for secrets of their own.",
    rule: "an unencrypted PEM private key, EC P-256 or RSA of 2048 bits or more; \\n may stand for a line break",
    defaultText: "none: keys are made, kept in the database and replaced",
  })
  @Optional()
  @Satisfies("signingKey", isSigningKeyPem)
  SIGNING_KEY_PEM?: string;

  @Variable({
    purpose:
      "A second key that is believed and published and does not sign: the one before or after SIGNING_KEY_PEM, during a change.",
    rule: "a PEM private or public key as SIGNING_KEY_PEM, and only together with it",
    defaultText: "none",
  })
  @Optional()
  @Satisfies(
    "previousSigningKey",
    (value, environment: Environment) =>
      environment.SIGNING_KEY_PEM !== undefined && isVerificationKeyPem(value),
  )
  SIGNING_KEY_PEM_PREVIOUS?: string;

  @Variable({
    purpose:
      "Origins of front ends elsewhere that may sign in here and read the answers.",
    rule: "a comma list of exact origins such as https://app.example.com or capacitor://localhost, without a path or a wildcard",
    defaultText: "none: pages of this service's own origin only",
  })
  @Optional()
  @AsList()
  @Satisfies("origins", (value) => isListOf(value, isClientOrigin))
  CORS_ORIGINS?: string[];

  @Variable({
    purpose:
      "The reverse proxies in front of this service: only what they write into `X-Forwarded-For` is believed.",
    rule: "a comma list of IP addresses and CIDR ranges, with a prefix of at least 1 bit",
    defaultText: "none: the client is who connects",
  })
  @Optional()
  @AsList()
  @Satisfies("networks", (value) => isListOf(value, isNetwork))
  TRUSTED_PROXIES?: string[];

  @Variable({
    purpose:
      "How often one client network (an IPv4 address, an IPv6 /64) may try to sign in or ask for a nonce.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "300/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_SIGN_IN!: RateLimit | "off";

  @Variable({
    purpose:
      "After how many refused sign-ins (401, 403) a client network is locked out for the rest of the window.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "30/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_SIGN_IN_FAILURES!: RateLimit | "off";

  @Variable({
    purpose: "How many refreshes and sign-outs one client network may ask for.",
    rule: "count/seconds, from 1/1 to 1000000/86400, or off",
    default: "300/60",
  })
  @AsRateLimit()
  @Satisfies("rateLimit", isRateLimit)
  RATE_LIMIT_REFRESH!: RateLimit | "off";

  @Variable({
    purpose:
      "Where the rate limits are counted: each instance by itself, or all together.",
    rule: "memory or postgres",
    default: "memory",
  })
  @IsIn(["memory", "postgres"])
  RATE_LIMIT_STORE!: "memory" | "postgres";

  @Variable({
    purpose: "How much is logged.",
    rule: "one of fatal, error, warn, info, debug, trace, silent",
    default: "info",
  })
  @IsIn(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
  LOG_LEVEL!: string;

  @Variable({
    purpose: "Serve the OpenAPI pages at `/docs` and `/docs-json`.",
    rule: "on or off",
    defaultText: "on outside production",
  })
  @Optional()
  @AsBoolean()
  @IsBoolean()
  DOCS?: boolean;
}
