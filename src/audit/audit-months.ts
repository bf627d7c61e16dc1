/** A calendar month in UTC, which is one partition of `audit_events`. */
export interface AuditMonth {
  /** The table of its lines, such as `audit_events_2026_11`. */
  readonly table: string;
  /** Its first moment. */
  readonly from: Date;
  /** The first moment after it. */
  readonly to: Date;
}

/**
 * The month of a time, and the months after it.
 *
 * @param now milliseconds since 1970
 * @param count how many, from 1
 */
export function monthsFrom(now: number, count: number): AuditMonth[] {
  const start = new Date(now);
  const first = (later: number) =>
    new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + later));
  return Array.from({ length: count }, (_, later) => {
    const from = first(later);
    const name = from.toISOString().slice(0, 7).replace("-", "_");
    return { table: `audit_events_${name}`, from, to: first(later + 1) };
  });
}

/**
 * Months that ended before this time are no longer kept.
 *
 * @param now milliseconds since 1970
 */
export function retentionStart(now: number, retentionDays: number): Date {
  return new Date(now - retentionDays * 24 * 3600 * 1000);
}
