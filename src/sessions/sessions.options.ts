import { configurableModule } from "../common/configurable-module";

/** How long sessions live, and what their refresh tokens are made from. */
export interface SessionsOptions {
  /** How long a session may lie unused, in seconds. */
  readonly idleTtlSeconds: number;
  /** How long a session may live however much it is used, in seconds. */
  readonly maxTtlSeconds: number;
  /** At least 32 bytes; refresh tokens are derived from it. */
  readonly secretKey: string;
  /** The secret key of before, during a change: refresh tokens derived from it are still taken. */
  readonly previousSecretKey?: string | null;
}

export const {
  ConfigurableModuleClass: ConfigurableSessionsModule,
  MODULE_OPTIONS_TOKEN: SESSIONS_OPTIONS,
} = configurableModule<SessionsOptions>("Sessions");
