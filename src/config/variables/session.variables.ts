import { IsIn, IsInt, Max, Min } from "class-validator";
import { isSecretKey } from "../environment-rules";
import {
  AsInteger,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";
import { TokenVariables } from "./token.variables";

/** Sessions and the secret key. */
export class SessionVariables extends TokenVariables {
  @Variable({
    option: "sessions.idleTtlSeconds",
    purpose: "How long a session may be idle, in seconds.",
    rule: "an integer from 60 to 31536000",
    default: 2592000,
  })
  @AsInteger()
  @IsInt()
  @Min(60)
  @Max(31536000)
  SESSION_IDLE_TTL_SECONDS!: number;

  @Variable({
    option: "sessions.maxTtlSeconds",
    purpose:
      "The maximum lifetime of a session, however much it is used, in seconds.",
    rule: "an integer from SESSION_IDLE_TTL_SECONDS to 63072000",
    default: 7776000,
  })
  @AsInteger()
  @IsInt()
  @Satisfies(
    "maxTtl",
    (value, environment: SessionVariables) =>
      Number(value) >= environment.SESSION_IDLE_TTL_SECONDS,
  )
  @Max(63072000)
  SESSION_MAX_TTL_SECONDS!: number;

  @Variable({
    option: "refresh.graceSeconds",
    purpose:
      "How long a replaced refresh token still returns its successor, in seconds: for lost responses and several tabs.",
    rule: "an integer from 0 to 60",
    default: 10,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(60)
  REFRESH_GRACE_SECONDS!: number;

  @Variable({
    option: "refresh.lateRetries",
    purpose:
      "How often a replaced refresh token still returns its successor after that, per session in 30 days: for apps that were suspended before they stored the response.",
    rule: "an integer from 0 to 10",
    default: 3,
  })
  @AsInteger()
  @IsInt()
  @Min(0)
  @Max(10)
  REFRESH_LATE_RETRIES!: number;

  @Variable({
    option: "sessions.maxPerUser",
    purpose:
      "How many sessions a user may have; beyond that the session that was idle longest is ended.",
    rule: "an integer from 1 to 1000",
    default: 100,
  })
  @AsInteger()
  @IsInt()
  @Min(1)
  @Max(1000)
  MAX_SESSIONS_PER_USER!: number;

  @Variable({
    option: "refresh.transport",
    purpose:
      "Whether pages of an allowed origin (this service's own, `CORS_ORIGINS`) get the refresh token in an HttpOnly cookie. Apps, which send no `Origin`, always get it in the body.",
    rule: "browser (the cookie for pages, the body for apps) or off (always the body)",
    default: "off",
  })
  @IsIn(["browser", "off"])
  REFRESH_COOKIE!: "browser" | "off";

  @Variable({
    option: "refresh.sameSite",
    purpose:
      "`SameSite` of the cookie: `strict` for front ends on the same site, `none` also for front ends on another site (then it is `Partitioned`).",
    rule: "strict or none",
    default: "strict",
  })
  @IsIn(["strict", "none"])
  REFRESH_COOKIE_SAME_SITE!: "strict" | "none";

  @Variable({
    option: "secretKey.current",
    purpose:
      "Encrypts the signing keys at rest and derives the refresh tokens. Generate one with `openssl rand -base64 48`.",
    rule: "at least 32 random bytes, not a placeholder; required in production",
    defaultText: "generated and kept under `.data/` outside production",
  })
  @Satisfies("secretKey", isSecretKey)
  SECRET_KEY!: string;

  @Variable({
    option: "secretKey.previous",
    purpose:
      "The previous SECRET_KEY, during a change: what it protects can still be read.",
    rule: "at least 32 random bytes, not a placeholder",
    defaultText: "none",
  })
  @Optional()
  @Satisfies("previousSecretKey", isSecretKey)
  SECRET_KEY_PREVIOUS?: string;
}
