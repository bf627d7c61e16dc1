import "reflect-metadata";
import { Command, InvalidArgumentError } from "commander";
import { TestDatabase } from "../src/testing/test-database";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { newAccount } from "../src/testing/google/accounts";
import { type BenchServer, startBenchServer } from "./child";
import { type BodyChain, connections, load, type Round } from "./load";
import { mediansOf, print, ratioOf, type Report } from "./report";

/**
 * Our speed as a ratio to a bare server on the same machine, in the same run
 * and against the same Postgres: machines differ, ratios travel.
 */
interface Scenario {
  readonly name: string;
  /** The ratio below which the run fails. */
  readonly floor?: number;
  /** Whether the statement runs, so that it matters whether it is prepared. */
  readonly signsIn: boolean;
  round(server: BenchServer, round: number): Promise<Round>;
}

const jsonHeaders = { "content-type": "application/json" };
const knownUsers = 200;
const newUsersPerRound = 3000;

const program = new Command("npm run bench --")
  .description(
    "Compare the service with a bare server (Fastify + pg + google-auth-library + one statement).",
  )
  .option("--rounds <number>", "rounds per server and scenario", integer, 5)
  .option("--seconds <number>", "length of a round", integer, 4)
  .option("--only <text>", "only the scenarios whose name has this in it", "")
  .option("--json", "print one JSON object", false)
  .option("--no-assert", "exit with 0 also when a ratio is below its floor");

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
  await using serviceDatabase = await TestDatabase.create();
  await using bareDatabase = await TestDatabase.create();
  await using preparedDatabase = await TestDatabase.create();

  say("Minting tokens…");
  const known = await mint(google, knownUsers);
  const fresh = await mint(google, newUsersPerRound * (rounds + 1));
  const env = (database: TestDatabase) => ({
    NODE_ENV: "test",
    LOG_LEVEL: "info",
    PORT: "0",
    SECRET_KEY: "only for the bench: 3f0c2a9d8b7e6f5041",
    // Never reached, but counted, for that is part of what a sign-in costs.
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
  const prepared = await startBenchServer("bare, prepared", "bare-server.ts", {
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
    // Everybody in `known` signs in once, so that they are.
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
      floor: 0.75,
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
      floor: 0.75,
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
        // What was under way at the end has been replaced, and nobody knows by what.
        if ((chain?.ready.length ?? 0) < connections) {
          throw new Error("Too few refresh tokens are left for another round");
        }
        return round;
      },
    },
    {
      name: "guarded GET",
      floor: 2,
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
    const measured = new Map<BenchServer, Round[]>();
    // Round 0 warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      say(
        `${scenario.name}: ${round === 0 ? "warm-up" : `round ${round} of ${rounds}`}`,
      );
      for (const server of scenario.signsIn ? servers : [bare, service]) {
        const result = await scenario.round(server, round);
        if (round === 0) measured.set(server, []);
        else measured.get(server)?.push(result);
      }
    }
    const medians = Object.fromEntries(
      [...measured].map(([server, results]) => [
        server.name,
        mediansOf(results),
      ]),
    );
    reports.push({
      scenario: scenario.name,
      ratio: ratioOf(medians, "bare"),
      ratioToPrepared: scenario.signsIn
        ? ratioOf(medians, "bare, prepared")
        : undefined,
      floor: scenario.floor,
      servers: medians,
    });
  }
  const memory = {
    bare: await bare.memory(),
    service: await service.memory(),
  };
  await Promise.all(servers.map((server) => server.stop()));
  if (json) console.log(JSON.stringify({ reports, memory }, null, 2));
  else print(reports, memory);
  const failed = reports.filter(({ ratio, floor }) => ratio < (floor ?? 0));
  if (assert && failed.length > 0) process.exitCode = 1;
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
    throw new Error(`${server.name} answers a sign-in with ${response.status}`);
  }
  return (await response.json()) as TokensBody;
}

interface TokensBody {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The body of the refresh after the one with this answer. */
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
  // The servers end with the channel to them; waiting for them would be for ever.
  process.exit(1);
});
