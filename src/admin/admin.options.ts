import { configurableModule } from "../common/configurable-module";

/** What the lists of the administrators are made with. */
export interface AdminOptions {
  /** At least 32 bytes; the cursors of lists are authenticated under a key derived from it. */
  readonly secretKey: string;
}

export const {
  ConfigurableModuleClass: ConfigurableAdminModule,
  MODULE_OPTIONS_TOKEN: ADMIN_OPTIONS,
} = configurableModule<AdminOptions>("Admin");
