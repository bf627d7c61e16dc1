import { parser } from "@prometheus-io/lezer-promql";

/** A time series selector of a PromQL expression. */
export interface Selector {
  readonly metric: string;
  /** The values that `=` requires; null for any other comparison. */
  readonly labels: Readonly<Record<string, string | null>>;
}

/** The metrics and labels in an expression. */
export interface Reading {
  readonly selectors: readonly Selector[];
  /** The labels of `by`, `on` and the like. */
  readonly grouping: readonly string[];
}

/**
 * Parses a PromQL expression with Prometheus' own grammar.
 *
 * @throws Error if it has a syntax error
 */
export function readingOf(expression: string): Reading {
  // Grafana replaces this variable before the query.
  const text = expression.replaceAll("$__rate_interval", "5m");
  const selectors: {
    metric: string;
    labels: Record<string, string | null>;
  }[] = [];
  const grouping: string[] = [];
  let inGrouping = false;
  let label = "";
  let operator = "";
  parser.parse(text).iterate({
    enter({ name, type, from, to }) {
      const part = text.slice(from, to);
      if (type.isError) throw new Error(`Syntax error at ${from} of: ${text}`);
      const last = selectors.at(-1);
      if (name === "VectorSelector") selectors.push({ metric: "", labels: {} });
      else if (name === "Identifier" && last) last.metric = part;
      else if (name === "GroupingLabels") inGrouping = true;
      else if (name === "LabelName" && inGrouping) grouping.push(part);
      else if (name === "LabelName") label = part;
      else if (name === "MatchOp") operator = part;
      else if (name === "StringLiteral" && last) {
        last.labels[label] =
          operator === "=" ? (JSON.parse(part) as string) : null;
      }
    },
    leave({ name }) {
      if (name === "GroupingLabels") inGrouping = false;
    },
  });
  return { selectors, grouping };
}
