import { median, type Round } from "./load";

/** What one scenario showed. */
export interface Report {
  readonly scenario: string;
  readonly ratio: number;
  /** To the bare server that prepares its statement; for information. */
  readonly ratioToPrepared?: number;
  readonly floor?: number;
  readonly servers: Record<string, Round>;
}

export function ratioOf(
  medians: Readonly<Record<string, Round>>,
  to: string,
): number {
  return (
    (medians.service?.requestsPerSecond ?? 0) /
    (medians[to]?.requestsPerSecond ?? Infinity)
  );
}

export function mediansOf(rounds: readonly Round[]): Round {
  return {
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p50: median(rounds.map((round) => round.p50)),
    p99: median(rounds.map((round) => round.p99)),
  };
}

/** Prints the reports for people. */
export function print(
  reports: readonly Report[],
  memory: Readonly<Record<string, number>>,
): void {
  for (const report of reports) {
    const { scenario, ratio, ratioToPrepared, floor, servers } = report;
    const verdict =
      floor === undefined
        ? ""
        : ratio >= floor
          ? `  ✔ at least ${floor}`
          : `  ✖ below ${floor}`;
    console.log(
      `\n${scenario}: ${ratio.toFixed(2)} of the bare server${verdict}` +
        (ratioToPrepared === undefined
          ? ""
          : `, ${ratioToPrepared.toFixed(2)} of one that prepares its statement`),
    );
    for (const [name, round] of Object.entries(servers)) {
      console.log(
        `  ${name.padEnd(15)} ${round.requestsPerSecond.toFixed(0).padStart(6)} requests/s   p50 ${round.p50} ms   p99 ${round.p99} ms`,
      );
    }
  }
  const megabytes = Object.entries(memory).map(
    ([name, bytes]) => `${name} ${(bytes / 1048576).toFixed(0)} MB`,
  );
  console.log(`\nMemory after the load: ${megabytes.join(", ")}`);
}
