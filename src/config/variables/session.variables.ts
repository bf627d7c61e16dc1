import { IsBoolean, IsInt, Max, Min } from "class-validator";
import { isSecretKey } from "../environment-rules";
import {
  AsBoolean,
  AsInteger,
  Optional,
  Satisfies,
  Variable,
} from "../variable.decorator";

/** How long who is signed in, and by which secret. */
export class SessionVariables {
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
    (value, environment: SessionVariables) =>
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
}
