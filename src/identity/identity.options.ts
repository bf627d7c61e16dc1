import { configurableModule } from "../common/configurable-module";

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
} = configurableModule<IdentityOptions>("Identity");
