import { median, type Round } from "./load";

/** A round and its CPU time, in microseconds per request. */
export interface MeasuredRound extends Round {
  readonly serverCpu: number;
  readonly databaseCpu: number;
}

/** Maximum CPU time of the service, as a multiple of the reference's. */
export interface Limits {
  readonly server?: number;
  readonly database?: number;
}

/** The results of one scenario. */
export interface Report {
  readonly scenario: string;
  readonly limits: Limits;
  /** The service's CPU time as a multiple of the prepared bare server's. */
  readonly ratios: Readonly<Record<keyof Limits, number>>;
  readonly servers: Readonly<Record<string, MeasuredRound>>;
}

export function reportOf(
  scenario: string,
  limits: Limits,
  rounds: ReadonlyMap<string, readonly MeasuredRound[]>,
): Report {
  const servers = Object.fromEntries(
    [...rounds].map(([name, results]) => [name, mediansOf(results)]),
  );
  const { service, [reference]: bare } = servers;
  const ratio = (of: "serverCpu" | "databaseCpu") =>
    (service?.[of] ?? NaN) / (bare?.[of] ?? NaN);
  const ratios = {
    server: ratio("serverCpu"),
    database: ratio("databaseCpu"),
  };
  return { scenario, limits, ratios, servers };
}

/** The reference: the fastest hand-written server we know. */
export const reference = "bare, prepared";

/** The limits that a scenario exceeds; NaN exceeds all. */
export function excesses({ scenario, limits, ratios }: Report): string[] {
  return (["server", "database"] as const)
    .filter(
      (part) => limits[part] !== undefined && !(ratios[part] <= limits[part]),
    )
    .map((part) => `${scenario}: CPU of the ${part}`);
}

function mediansOf(rounds: readonly MeasuredRound[]): MeasuredRound {
  const of = (member: keyof MeasuredRound) =>
    median(rounds.map((round) => round[member]));
  return {
    requestsPerSecond: of("requestsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    requests: of("requests"),
    serverCpu: of("serverCpu"),
    databaseCpu: of("databaseCpu"),
  };
}

/** Prints the reports in readable form. */
export function print(
  reports: readonly Report[],
  memory: Readonly<Record<string, number>>,
): void {
  for (const report of reports) {
    const { scenario, limits, ratios, servers } = report;
    console.log(`\n${scenario}`);
    for (const part of ["server", "database"] as const) {
      // Without database work there is no ratio.
      if (!Number.isFinite(ratios[part])) continue;
      const limit = limits[part];
      const verdict =
        limit === undefined
          ? ""
          : ratios[part] <= limit
            ? `  ✔ at most ${limit}`
            : `  ✖ over ${limit}`;
      console.log(
        `  CPU of the ${part}: ${ratios[part].toFixed(2)} × ${reference}${verdict}`,
      );
    }
    for (const [name, round] of Object.entries(servers)) {
      console.log(
        `  ${name.padEnd(15)} ${microseconds(round.serverCpu)} + ${microseconds(round.databaseCpu)} µs   ${round.requestsPerSecond.toFixed(0).padStart(6)} requests/s   p50 ${round.p50} ms   p99 ${round.p99} ms`,
      );
    }
  }
  const megabytes = Object.entries(memory).map(
    ([name, bytes]) => `${name} ${(bytes / 1048576).toFixed(0)} MB`,
  );
  console.log(`\nMemory after the load: ${megabytes.join(", ")}`);
}

function microseconds(value: number): string {
  return value.toFixed(0).padStart(5);
}
