import { configurableModule } from "../common/configurable-module";

/** Nothing to choose yet; what may be replaced are the providers. */
export type UsersOptions = Record<string, never>;

export const { ConfigurableModuleClass: ConfigurableUsersModule } =
  configurableModule<UsersOptions>("Users");
