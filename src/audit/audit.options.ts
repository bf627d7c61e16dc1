/** How long the audit log is kept. */
export interface AuditOptions {
  /** Days; a month is dropped when its last day is older. */
  readonly retentionDays: number;
}

export const AUDIT_OPTIONS = Symbol("AUDIT_OPTIONS");
