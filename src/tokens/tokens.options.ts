import { configurableModule } from "../common/configurable-module";

/** What the access tokens say and how long they live. */
export interface TokensOptions {
  /** `iss`: where clients reach this service. */
  readonly issuer: string;
  /** `aud`: the API that the tokens are for. */
  readonly audience: string;
  /** Life of an access token in seconds, 60–3600. */
  readonly accessTokenTtlSeconds: number;
  /** At least 32 bytes; encrypts the signing keys at rest. */
  readonly secretKey: string;
}

export const {
  ConfigurableModuleClass: ConfigurableTokensModule,
  MODULE_OPTIONS_TOKEN: TOKENS_OPTIONS,
} = configurableModule<TokensOptions>("Tokens");
