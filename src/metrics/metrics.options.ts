/** Who may read the metrics. */
export interface MetricsOptions {
  /** What a scraper sends as a bearer token; null: direct calls from this machine only. */
  readonly token: string | null;
  /** Whether nothing is answered without a token. */
  readonly isTokenRequired: boolean;
}

export const METRICS_OPTIONS = Symbol("METRICS_OPTIONS");
