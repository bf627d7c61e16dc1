import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Failure } from "./failures";
import type { Tally } from "./observations";

const file = resolve(__dirname, "../../docs/reliability.md");

/**
 * Writes docs/reliability.md. Figures are rounded up, so that it changes only
 * when the behaviour does.
 */
export async function writeReport(
  results: ReadonlyMap<Failure, Tally>,
): Promise<void> {
  const text = [head, table(results), columns, settings, notCovered].join(
    "\n\n",
  );
  const options = await resolveConfig(file);
  await writeFile(file, await format(text, { ...options, filepath: file }));
}

const head = `<!-- Written by \`npm run test:failures\`. Edit test/cluster/report.ts. -->

# Reliability

\`npm run test:failures\` runs nginx, two instances, PgBouncer in transaction mode, and Postgres with a
streaming replica on one machine, with the configuration of [\`deploy/\`](../deploy/README.md). While 24 people
sign in, use a guarded route, refresh (also in two tabs at once) and sign out, and strangers are refused, it
lets one part after the other fail. It takes about six minutes and fails if an answer was wrong, a session was
lost, or the recovery took longer than stated here.`;

function table(results: ReadonlyMap<Failure, Tally>): string {
  const rows = [...results].map(([failure, tally]) => [
    failure.when,
    failure.isUnseen ? "none" : share(tally.unavailable, tally.requests),
    String(tally.lost),
    String(tally.wrong),
    tally.sessionsForgotten > 0
      ? `${tally.sessionsLost}, and those begun in the last ${failure.lagSeconds ?? 0} s`
      : String(tally.sessionsLost),
    String(tally.doubleChains),
    failure.isUnseen ? "–" : `${failure.recoversWithinSeconds} s`,
  ]);
  return [
    [
      "What happens",
      "503",
      "No answer",
      "Wrong answers",
      "Sessions lost",
      "Double chains",
      "Recovers within",
    ],
    Array.from({ length: 7 }, () => "---"),
    ...rows,
  ]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function share(count: number, of: number): string {
  const percent = [10, 25, 50].find((most) => (count / of) * 100 < most);
  return `under ${percent ?? 100} %`;
}

const columns = `- **503**: the share of requests, from the failure to three seconds after the recovery, that were answered
  with 503 and \`Retry-After\`, after which clients may repeat them.
- **Wrong answers**: anything but 2xx, the 4xx that the request deserves, and such a 503.
- **Sessions lost**: an honest client was signed out.
- **Double chains**: a refresh token got two different successors.
- **Recovers within**: the time from the repair until no answer is 503 or takes longer than 2 s. A dash:
  nobody notices anything, and a single 503 would fail the test.

A replica that is promoted does not have the last commits: people who signed in during that time have to sign
in again, sessions that were refreshed go on
([decision 20](decisions/0020-restored-sessions.md)), and sessions that were ended live again until they are
ended again.

An instance that cannot ask the database does not learn which sessions were ended elsewhere, just before or,
if it alone is cut off, meanwhile. It accepts their access tokens until 0.1 s after it can ask again, or for a
minute, and then answers 503 ([decision 14](decisions/0014-revocation-feed.md)). Its readiness is 503 within
seconds, so a balancer with health checks takes it out of service before that. The test does not count such
an answer as wrong until 2 s after the repair; at any other time it does.`;

const settings = `## What it depends on

| Setting | Why |
| --- | --- |
| nginx: \`max_fails=0\` | When all instances fail at once, as while Postgres restarts, nginx would otherwise answer 502 by itself for 10 s more. |
| nginx: \`proxy_read_timeout 20s\` | A request waits at most 3 s for a connection and 12 s for a statement; the service's own 503 must come first. |
| nginx: \`proxy_next_upstream … http_503\`, \`non_idempotent\` for sign-in and refresh | Another instance answers when one is killed or cut off. Repeating a refresh is safe: it gets the same successor. A repeated sign-in may leave a session that nobody uses. |
| nginx: \`error_page 502 504\` | If no instance answers, clients still get 503 with \`Retry-After\`. |
| PgBouncer: \`server_login_retry = 1\` | With the default of 15 s, every request gets 503 for 15 s after a restart of Postgres. |
| PgBouncer: \`query_wait_timeout = 10\` | Less than the 12 s that the service waits. |
| Postgres: \`statement_timeout\`, \`lock_timeout\` of the role | The service cannot set them through a pooler. |
| nginx: \`keepalive_timeout 4s\`, less than \`SHUTDOWN_DELAY_SECONDS\` (5) | A stopping instance closes no connection that nginx may just be using. |`;

const notCovered = `## What is not tested

Several machines and the networks between them; the failover by an operator or a cloud provider; full disks;
Kubernetes itself; TLS between the parts; more load than one machine produces. Redis as a store has
[tests of its own](testing-this-project.md).
`;
