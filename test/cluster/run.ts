import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Cluster } from "./cluster";
import { type Failure, failures } from "./failures";
import { Load } from "./load";
import type { Observations, Tally } from "./observations";
import { writeReport } from "./report";

/** All of it together, in milliseconds. */
const maxMilliseconds = 15 * 60_000;
/** For how long nothing may happen before a failure, and after it. */
const calmMilliseconds = 3000;
const maxRecoveryMilliseconds = 60_000;

/**
 * What clients see when parts of an installation fail; on this machine alone,
 * about six minutes.
 *
 *     npm run test:failures
 *     npm run test:failures -- --only kill,pause
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const chosen = failures.filter(
    ({ id }) => !values.only || values.only.split(",").includes(id),
  );
  setTimeout(() => {
    console.error("It took too long.");
    process.exit(1);
  }, maxMilliseconds).unref();
  const folder = mkdtempSync(join(tmpdir(), "cluster-"));
  // PgBouncer and Postgres do not run as root.
  chmodSync(folder, 0o755);
  console.error(`Starting everything in ${folder}`);
  const cluster = await Cluster.start(folder);
  const load = Load.start(cluster.url, cluster.google);
  const results = new Map<Failure, Tally>();
  for (const failure of chosen) {
    const result = await observe(failure, cluster, load);
    results.set(failure, result);
    const faults = faultsOf(failure, result);
    console.log(`${faults.length === 0 ? "✔" : "✖"} ${failure.when}`);
    console.log(`  ${JSON.stringify({ ...result, details: undefined })}`);
    for (const line of [...faults, ...result.details]) console.log(`  ${line}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  await load.stop();
  await cluster.stop(process.exitCode === 1);
  if (chosen.length === failures.length) await writeReport(results);
}

async function observe(
  failure: Failure,
  cluster: Cluster,
  load: Load,
): Promise<Tally> {
  const { seen } = load;
  seen.clear();
  await untilCalm(seen);
  if (seen.tally(Date.now()).requests === 0)
    throw new Error("There is no load");
  seen.clear();
  const repairedAt = await failure.run(cluster, load);
  await untilCalm(seen);
  await load.useAllKept();
  return seen.tally(repairedAt);
}

async function untilCalm(seen: Observations): Promise<void> {
  const deadline = Date.now() + maxRecoveryMilliseconds;
  await delay(calmMilliseconds);
  while (
    seen.calmMilliseconds(Date.now()) < calmMilliseconds &&
    Date.now() < deadline
  ) {
    await delay(200);
  }
}

/** What should not have been. */
function faultsOf(
  { recoversWithinSeconds, isUnseen }: Failure,
  tally: Tally,
): string[] {
  const { unavailable, lost, wrong, sessionsLost, doubleChains } = tally;
  return [
    lost > 0 && `${lost} requests got no answer`,
    wrong > 0 && `${wrong} answers were wrong`,
    sessionsLost > 0 && `${sessionsLost} sessions were lost`,
    doubleChains > 0 && `${doubleChains} refresh tokens have two successors`,
    isUnseen && unavailable > 0 && `${unavailable} requests were refused`,
    !isUnseen &&
      tally.recoverySeconds > recoversWithinSeconds &&
      `it took ${tally.recoverySeconds} s to recover, not ${recoversWithinSeconds}`,
  ].filter((fault) => typeof fault === "string");
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
