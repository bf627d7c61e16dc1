import {
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  Min,
} from "class-validator";
import { inProduction, isServiceUrl, isUrl } from "../environment-rules";
import {
  AsBoolean,
  AsInteger,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";

/** The process: mode, addresses, logs and optional pages. */
export class ServiceVariables {
  @Variable({
    option: "environment",
    purpose: "Which rules apply: those of development, test or production.",
    rule: "one of development, test, production",
    default: "development",
  })
  @IsIn(["development", "test", "production"])
  NODE_ENV!: "development" | "test" | "production";

  @Variable({
    purpose: "Address to listen on.",
    rule: "an IP address or host name",
    defaultText: "`127.0.0.1`; in production `0.0.0.0`",
  })
  @Optional()
  @IsString()
  HOST?: string;

  @Variable({
    purpose: "Port to listen on; 0 picks a free one.",
    rule: "an integer from 0 to 65535",
    default: 3000,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT!: number;

  @Variable({
    option: "publicUrl",
    purpose:
      "Where clients reach this service: the issuer (`iss`) of its access tokens. With a path where a reverse proxy serves it below one and removes the path from requests.",
    rule: "a URL such as https://auth.example.com or https://example.com/auth without a trailing slash, https in production",
    defaultText: "`http://localhost:$PORT` outside production",
  })
  @Satisfies("publicUrl", (value, environment: ServiceVariables) =>
    inProduction(environment)
      ? isServiceUrl(value) && isUrl(value, ["https:"])
      : value === undefined || isServiceUrl(value),
  )
  PUBLIC_URL?: string;

  @Variable({
    purpose:
      "How long an idle connection stays open, in seconds. It must be longer than the idle timeout of the load balancer, which would otherwise send requests on connections that are being closed.",
    rule: "an integer from 1 to 3600",
    default: 75,
  })
  @AsInteger()
  @IsInt()
  @Min(1)
  @Max(3600)
  KEEP_ALIVE_SECONDS!: number;

  @Variable({
    purpose:
      "How long a stopping instance still serves requests while its readiness is 503, in seconds: long enough for the load balancer to notice.",
    rule: "an integer from 0 to 300",
    defaultText: "5, outside production 0",
  })
  @Optional()
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(300)
  SHUTDOWN_DELAY_SECONDS?: number;

  @Variable({
    purpose: "The log level.",
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

  @Variable({
    purpose:
      "Serve Prometheus metrics at `/metrics` to clients that send METRICS_TOKEN. If it is not set, only direct calls from this machine are served, and none in production.",
    rule: "on or off",
    default: true,
  })
  @AsBoolean()
  @IsBoolean()
  METRICS!: boolean;

  @Variable({
    option: "metricsToken",
    purpose: "The bearer token that a scraper must send to `/metrics`.",
    rule: "16 to 256 letters, digits and -._~+/=",
    defaultText: "none",
  })
  @Optional()
  @Matches(/^[A-Za-z0-9\-._~+/=]{16,256}$/)
  METRICS_TOKEN?: string;

  @Variable({
    purpose:
      "Serve the page at `/account` where users see and manage their account.",
    rule: "on or off",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  ACCOUNT_PAGE!: boolean;

  @Variable({
    purpose: "Serve the page at `/admin` for users with the role `admin`.",
    rule: "on or off",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  ADMIN_PAGE!: boolean;

  @Variable({
    option: "tokeninfo",
    purpose:
      "Serve `GET` and `POST /tokeninfo`, to inspect ID tokens during development.",
    rule: "on or off; off in production",
    default: false,
  })
  @AsBoolean()
  @IsBoolean()
  @Satisfies(
    "tokeninfo",
    (value, environment: ServiceVariables) =>
      value !== true || !inProduction(environment),
  )
  TOKENINFO!: boolean;
}
