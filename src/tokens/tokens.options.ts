import { ConfigurableModuleBuilder, type Provider } from "@nestjs/common";

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
} = new ConfigurableModuleBuilder<TokensOptions>({ moduleName: "Tokens" })
  .setClassMethodName("forRoot")
  .setExtras<{ providers?: Provider[] }>({}, (definition, extras) => ({
    ...definition,
    global: true,
    providers: [...(definition.providers ?? []), ...(extras.providers ?? [])],
  }))
  .build();
