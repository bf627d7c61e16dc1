import { configurableModule } from "../common/configurable-module";

/** How long the audit log is kept. */
export interface AuditOptions {
  /** Days; a month is dropped when its last day is older. */
  readonly retentionDays: number;
}

export const {
  ConfigurableModuleClass: ConfigurableAuditModule,
  MODULE_OPTIONS_TOKEN: AUDIT_OPTIONS,
} = configurableModule<AuditOptions>("Audit");
