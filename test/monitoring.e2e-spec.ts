import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { auditEvents } from "../src/audit/audit-event";
import { authErrorCodes } from "../src/common/auth-error-codes";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { readingOf } from "./support/prom-expressions";
import { postJson } from "./support/requests";

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly {
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly query: string }[];
  };
}

const read = (name: string) =>
  readFileSync(resolve(__dirname, "..", name), "utf8");
const rules = (parse(read("deploy/monitoring/prometheus-rules.yml")) as Rules)
  .groups[0]?.rules;
const dashboard = JSON.parse(
  read("deploy/monitoring/grafana-dashboard.json"),
) as Dashboard;

const queries: readonly (readonly [string, string])[] = [
  ...(rules ?? []).map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
];

/** The labels that Prometheus adds when it scrapes. */
const ofTheScraper = ["job", "instance"];

describe("deploy/monitoring", () => {
  /** The labels of every metric that a service exports, and their values. */
  let exported: Map<string, Map<string, Set<string>>>;
  let scrape: string;

  beforeAll(async () => {
    const google = await GoogleEmulator.start();
    const service = await TestService.start(google);
    const idToken = await google.idToken();
    const { body } = await postJson(service, "/auth/google", { idToken });
    await postJson(service, "/auth/google", { idToken: "none" });
    const { refreshToken } = body;
    await postJson(service, "/auth/refresh", { refreshToken });
    await service.fetch("/users/me");
    await service.fetch("/health/ready");
    // Refusals are written and counted in batches.
    do scrape = await (await service.fetch("/metrics")).text();
    while (!scrape.includes('sign_ins_total{result="refused"'));
    exported = labelsIn(scrape);
    await service.stop();
    await google.stop();
  });

  it("has queries", () => {
    expect(queries.length).toBeGreaterThan(20);
  });

  it.each(queries)("queries only exported metrics: %s", (_, expr) => {
    const { selectors, grouping } = readingOf(expr);
    expect(selectors.length).toBeGreaterThan(0);
    const known = new Set<string>(ofTheScraper);
    for (const { metric, labels } of selectors) {
      if (metric === "up") continue;
      const its = exported.get(metric);
      expect([metric, its !== undefined]).toEqual([metric, true]);
      for (const [label, value] of Object.entries(labels)) {
        if (ofTheScraper.includes(label)) continue;
        const values = its?.get(label);
        expect([metric, label, values !== undefined]).toEqual([
          ...[metric, label, true],
        ]);
        if (value !== null) {
          const isKnown = values?.has(value) || isPredefined(label, value);
          expect([metric, label, value, isKnown]).toEqual([
            ...[metric, label, value, true],
          ]);
        }
      }
      for (const label of its?.keys() ?? []) known.add(label);
    }
    expect(grouping.filter((label) => !known.has(label))).toEqual([]);
  });

  it("has instructions for every alert", () => {
    for (const { alert, annotations } of rules ?? []) {
      expect([alert, Object.keys(annotations)]).toEqual([
        ...[alert, ["summary", "action"]],
      ]);
    }
  });

  it("uses in legends only labels that the query keeps", () => {
    for (const { targets } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const { grouping } = readingOf(expr);
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(
          ([, label]) => label,
        );
        const kept = expr.includes(" by (") ? grouping : ofTheScraper;
        expect(kept).toEqual(expect.arrayContaining(named));
      }
    }
  });

  it("lists the instances of an exported metric", () => {
    const [query] = dashboard.templating.list.flatMap(({ type, query }) =>
      type === "query" ? [query] : [],
    );
    const metric = /^label_values\((\w+), instance\)$/.exec(query ?? "")?.[1];
    expect(exported.has(metric ?? "")).toBe(true);
  });

  it("has every metric of ours explained in docs/monitoring.md", () => {
    const page = read("docs/monitoring.md");
    const ours = [...scrape.matchAll(/^# TYPE ((?:nest|http)_\w+)/gm)];
    expect(ours.length).toBeGreaterThan(10);
    for (const [, name] of ours) expect(page).toContain(`| \`${name}\``);
  });

  it("detects a query for a metric that is not exported", () => {
    const { selectors, grouping } = readingOf(
      'sum by (nobody) (rate(no_such_metric{label="value"}[5m]))',
    );
    expect(selectors).toEqual([
      { metric: "no_such_metric", labels: { label: "value" } },
    ]);
    expect(grouping).toEqual(["nobody"]);
    expect(() => readingOf("sum by (rate(")).toThrow("Syntax error");
  });
});

function isPredefined(label: string, value: string): boolean {
  if (label === "code") return Object.hasOwn(authErrorCodes, value);
  return label === "event" && Object.hasOwn(auditEvents, value);
}

function labelsIn(scrape: string): Map<string, Map<string, Set<string>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const line of scrape.split("\n")) {
    const [, name, labels = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined || line.startsWith("#")) continue;
    const its = found.get(name) ?? new Map<string, Set<string>>();
    found.set(name, its);
    for (const [, label = "", value = ""] of labels.matchAll(
      /(\w+)="((?:[^"\\]|\\.)*)"/g,
    )) {
      its.set(label, (its.get(label) ?? new Set()).add(value));
    }
  }
  return found;
}
