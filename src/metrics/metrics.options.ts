/** Who may read the metrics. */
export interface MetricsOptions {
  /**
   * The bearer token that a scraper must send; null: only direct calls from
   * this machine.
   */
  readonly token: string | null;
  /** Whether all requests without a token are refused. */
  readonly isTokenRequired: boolean;
}

export const METRICS_OPTIONS = Symbol("METRICS_OPTIONS");
