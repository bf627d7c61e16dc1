import { IsBoolean, IsIn, IsInt, IsString, Max, Min } from "class-validator";
import { inProduction, isServiceUrl, isUrl } from "../environment-rules";
import {
  AsBoolean,
  AsInteger,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";

/** What runs, where, and what it says about it. */
export class ServiceVariables {
  @Variable({
    option: "environment",
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
    option: "publicUrl",
    purpose:
      "Where clients reach this service: the issuer (`iss`) of its access tokens. With a path where a reverse proxy serves it below one and removes the path from requests.",
    rule: "a URL such as https://auth.example.com or https://example.com/auth without a slash at its end, https in production",
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
      "How long a connection without a request stays open, in seconds. Longer than the idle timeout of the load balancer in front, which would otherwise send requests on connections that are just being closed.",
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
      "How long a stopping instance still serves requests while its readiness is 503, in seconds: the time a load balancer needs to notice.",
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

  @Variable({
    option: "tokeninfo",
    purpose:
      "Answer `GET` and `POST /tokeninfo`, for looking into ID tokens during development.",
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
