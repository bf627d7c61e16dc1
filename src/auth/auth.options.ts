import { configurableModule } from "../common/configurable-module";

/** Who may sign in. */
export interface AuthOptions {
  /** Google Workspace domains (`hd`) that may sign in; empty: any account. */
  readonly hostedDomains: readonly string[];
  /** Refuse accounts whose e-mail is absent or unverified. */
  readonly requireVerifiedEmail: boolean;
  /** Whether an identity that is not known yet becomes a user. */
  readonly signUp: "open" | "closed";
}

export const {
  ConfigurableModuleClass: ConfigurableAuthModule,
  MODULE_OPTIONS_TOKEN: AUTH_OPTIONS,
} = configurableModule<AuthOptions>("Auth");
