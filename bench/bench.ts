import "reflect-metadata";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { TestDatabase } from "../src/testing/test-database";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { type BenchServer, startBenchServer } from "./child";
import { type BodyChain, connections, load, type Round } from "./load";
import {
  excesses,
  type Limits,
  type MeasuredRound,
  print,
  reference,
  type Report,
  reportOf,
} from "./report";

/**
 * Compares the service with a bare server on the same machine, in the same run
 * and with the same Postgres. The limits apply to ratios of CPU time, which
 * depend little on the machine and its other load, unlike throughput and
 * latency.
 */
interface Scenario {
  readonly name: string;
  /** The run fails above these ratios. */
  readonly limits: Limits;
  /**
   * Whether the sign-in statement is run, so that preparing it makes a
   * difference.
   */
  readonly signsIn: boolean;
  round(server: BenchServer, round: number): Promise<Round>;
}

const jsonHeaders = { "content-type": "application/json" };
/** Enough that no user reaches the session limit. */
const knownUsers = 2000;
const newUsersPerRound = 3000;

const program = new Command("npm run bench --")
  .description(
    "Compare the service with a bare server (Fastify + pg + google-auth-library + one statement).",
  )
  .option("--rounds <number>", "rounds per server and scenario", integer, 5)
  .option("--seconds <number>", "length of a round", integer, 4)
  .option("--only <text>", "only scenarios whose name contains this text", "")
  .option("--json", "print one JSON object", false)
  .option("--no-assert", "exit with 0 even if a ratio exceeds its limit");

async function main(): Promise<void> {
  program.parse();
  const { rounds, seconds, only, json, assert } = program.opts<{
    only: string;
    rounds: number;
    seconds: number;
    json: boolean;
    assert: boolean;
  }>();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await using google = await GoogleEmulator.start();
  const folder = resolve(".data/bench-postgres");
  await using serviceDatabase = await TestDatabase.create(folder, true);
  await using bareDatabase = await TestDatabase.create(folder, true);
  await using preparedDatabase = await TestDatabase.create(folder, true);

  say("Minting tokens…");
  const known = await mint(google, knownUsers);
  const fresh = await mint(google, newUsersPerRound * (rounds + 1));
  const env = (database: TestDatabase) => ({
    NODE_ENV: "test",
    LOG_LEVEL: "info",
    PORT: "0",
    SECRET_KEY: "only for the bench: 3f0c2a9d8b7e6f5041",
    // Never reached, but counting is part of the cost of a sign-in.
    RATE_LIMIT_SIGN_IN: "1000000/1",
    RATE_LIMIT_SIGN_IN_FAILURES: "1000000/1",
    RATE_LIMIT_REFRESH: "1000000/1",
    DATABASE_URL: database.url,
    ...google.environment(),
  });
  const bare = await startBenchServer(
    "bare",
    "bare-server.ts",
    env(bareDatabase),
  );
  const prepared = await startBenchServer(reference, "bare-server.ts", {
    ...env(preparedDatabase),
    BENCH_PREPARED: "1",
  });
  const service = await startBenchServer(
    "service",
    "service-server.ts",
    env(serviceDatabase),
  );
  const servers = [bare, prepared, service];
  const accessTokens = new Map<BenchServer, string>();
  const refreshes = new Map<BenchServer, BodyChain>();
  for (const server of servers) {
    const ready: string[] = [];
    // Sign in all users once, so that they are known.
    for (const token of known) {
      const { accessToken, refreshToken } = await signIn(server, token);
      accessTokens.set(server, accessToken);
      ready.push(JSON.stringify({ refreshToken }));
    }
    refreshes.set(server, { ready, next: nextRefresh });
  }

  const scenarios: Scenario[] = [
    {
      name: "sign-in, known users",
      limits: { server: 2, database: 1.8 },
      signsIn: true,
      round: (server) =>
        load({
          url: `${server.url}/auth/google`,
          method: "POST",
          headers: jsonHeaders,
          bodies: bodiesOf(known),
          seconds,
        }),
    },
    {
      name: "sign-in, new users",
      limits: {},
      signsIn: true,
      round: (server, round) =>
        load({
          url: `${server.url}/auth/google`,
          method: "POST",
          headers: jsonHeaders,
          bodies: bodiesOf(
            fresh.slice(
              round * newUsersPerRound,
              (round + 1) * newUsersPerRound,
            ),
          ),
          amount: newUsersPerRound,
        }),
    },
    {
      name: "refresh",
      limits: { server: 1.3, database: 1.3 },
      signsIn: true,
      round: async (server) => {
        const chain = refreshes.get(server);
        const round = await load({
          url: `${server.url}/auth/refresh`,
          method: "POST",
          headers: jsonHeaders,
          chain,
          seconds,
        });
        // Tokens in flight at the end of a round were replaced by unknown ones.
        if ((chain?.ready.length ?? 0) < connections) {
          throw new Error("Too few refresh tokens are left for another round");
        }
        return round;
      },
    },
    {
      name: "guarded GET",
      limits: { server: 0.5 },
      signsIn: false,
      round: (server) => {
        const headers = {
          authorization: `Bearer ${accessTokens.get(server)}`,
        };
        return load({
          url: `${server.url}/bench/principal`,
          method: "GET",
          headers,
          seconds,
        });
      },
    },
  ];
  const reports: Report[] = [];
  for (const scenario of scenarios.filter(({ name }) => name.includes(only))) {
    const measured = new Map<string, MeasuredRound[]>();
    // Round 0 is the warm-up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      say(
        `${scenario.name}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}`,
      );
      for (const server of scenario.signsIn ? servers : [prepared, service]) {
        const result = await measure(server, () =>
          scenario.round(server, round),
        );
        if (round === 0) measured.set(server.name, []);
        else measured.get(server.name)?.push(result);
      }
    }
    reports.push(reportOf(scenario.name, scenario.limits, measured));
  }
  const memory = {
    bare: (await bare.usage()).memory,
    service: (await service.usage()).memory,
  };
  await Promise.all(servers.map((server) => server.stop()));
  if (json) console.log(JSON.stringify({ reports, memory }, null, 2));
  else print(reports, memory);
  if (assert && reports.flatMap(excesses).length > 0) process.exitCode = 1;
}

async function measure(
  server: BenchServer,
  run: () => Promise<Round>,
): Promise<MeasuredRound> {
  const [before, databaseBefore] = [
    await server.usage(),
    await server.databaseCpu(),
  ];
  const round = await run();
  const [after, databaseAfter] = [
    await server.usage(),
    await server.databaseCpu(),
  ];
  return {
    ...round,
    serverCpu: (after.cpu - before.cpu) / round.requests,
    databaseCpu: (databaseAfter - databaseBefore) / round.requests,
  };
}

async function mint(google: GoogleEmulator, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const batch = Math.min(100, count - tokens.length);
    tokens.push(
      ...(await Promise.all(
        Array.from({ length: batch }, () =>
          google.idToken({ account: newAccount() }),
        ),
      )),
    );
  }
  return tokens;
}

async function signIn(
  server: BenchServer,
  idToken: string,
): Promise<TokensBody> {
  const response = await fetch(`${server.url}/auth/google`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ idToken }),
  });
  if (!response.ok) {
    throw new Error(
      `${server.name} responded to a sign-in with ${response.status}`,
    );
  }
  return (await response.json()) as TokensBody;
}

interface TokensBody {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The body of the next refresh. */
function nextRefresh(answer: string): string {
  const { refreshToken } = JSON.parse(answer) as TokensBody;
  return JSON.stringify({ refreshToken });
}

function bodiesOf(tokens: readonly string[]): string[] {
  return tokens.map((idToken) => JSON.stringify({ idToken }));
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 60) {
    throw new InvalidArgumentError("It must be an integer from 1 to 60.");
  }
  return value;
}

main().catch((error: unknown) => {
  console.error(error);
  // The servers exit when their channel closes; exit without waiting for them.
  process.exit(1);
});
