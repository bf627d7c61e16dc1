import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Max,
  Min,
} from "class-validator";
import {
  clientId,
  domain,
  isGoogleUrl,
  isListOf,
  isOrigin,
  isPlaceholder,
  isUrl,
} from "./environment-rules";
import {
  AsBoolean,
  AsInteger,
  AsList,
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
  @Satisfies(
    "secretKey",
    (value) =>
      typeof value === "string" &&
      Buffer.byteLength(value) >= 32 &&
      !isPlaceholder(value),
  )
  SECRET_KEY!: string;

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
