import { configurableModule } from "../common/configurable-module";

/** Who is more than a user from the start. */
export interface UsersOptions {
  /** Whoever signs in with one of these addresses, and Google is the authority for it, gets the role `admin`. */
  readonly adminEmails?: readonly string[];
}

export const {
  ConfigurableModuleClass: ConfigurableUsersModule,
  MODULE_OPTIONS_TOKEN: USERS_OPTIONS,
} = configurableModule<UsersOptions>("Users");
