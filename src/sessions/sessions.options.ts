import { configurableModule } from "../common/configurable-module";

/** How long sessions live, and what their refresh tokens are made from. */
export interface SessionsOptions {
  /** How long a session may lie unused, in seconds. */
  readonly idleTtlSeconds: number;
  /** How long a session may live however much it is used, in seconds. */
  readonly maxTtlSeconds: number;
  /** How long a replaced refresh token still gets its successor, in seconds, 0–60. */
  readonly refreshGraceSeconds: number;
  /** Life of the access tokens, in seconds: so long is the end of a session remembered. */
  readonly accessTokenTtlSeconds: number;
  /** At least 32 bytes; refresh tokens are derived from it. */
  readonly secretKey: string;
  /** The secret key of before, during a change: refresh tokens derived from it are still taken. */
  readonly previousSecretKey?: string | null;
}

export const {
  ConfigurableModuleClass: ConfigurableSessionsModule,
  MODULE_OPTIONS_TOKEN: SESSIONS_OPTIONS,
} = configurableModule<SessionsOptions>("Sessions");
