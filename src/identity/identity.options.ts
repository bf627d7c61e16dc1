import { ConfigurableModuleBuilder, type Provider } from "@nestjs/common";

/** An app of yours, as Google knows it. */
export interface GoogleClient {
  /** Its OAuth client id. */
  readonly id: string;
  /** What you call it, for the log: `ios`. */
  readonly label?: string | null;
}

/** How identities are proved. */
export interface IdentityOptions {
  /** All your apps. An empty list refuses to start. */
  readonly clients: readonly GoogleClient[];
  /** Where Google publishes its certificates, as a PEM map. */
  readonly certsUrl: string;
  /** How far Google's clock and ours may differ, in seconds, 0–300. */
  readonly clockSkewSeconds: number;
}

export const {
  ConfigurableModuleClass: ConfigurableIdentityModule,
  MODULE_OPTIONS_TOKEN: IDENTITY_OPTIONS,
} = new ConfigurableModuleBuilder<IdentityOptions>({
  moduleName: "Identity",
})
  .setClassMethodName("forRoot")
  .setExtras<{ providers?: Provider[] }>({}, (definition, extras) => ({
    ...definition,
    global: true,
    providers: [...(definition.providers ?? []), ...(extras.providers ?? [])],
  }))
  .build();
