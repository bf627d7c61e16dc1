import "reflect-metadata";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { Client } from "pg";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { type BenchServer, startBenchServer } from "./child";
import { type BodyChain, load, median, type Round } from "./load";
import {
  emailOf,
  generate,
  sizesOf,
  subjectOf,
  type TableSize,
} from "./scale-data";

/**
 * Measures the service at growing numbers of users, which are generated in SQL:
 * whether its cost depends on the size of the tables.
 */
const program = new Command("npm run bench:scale --")
  .description("Measure the service with more and more users in its database.")
  .option(
    "--users <list>",
    "numbers of users, growing",
    numbers,
    [1_000, 100_000, 1_000_000],
  )
  .option("--seconds <number>", "length of a round", seconds, 5);

/** Users that sign in, spread over all of them. */
const sampled = 2_000;
/** Calls of an administrator's query, and of ending all sessions. */
const repeated = 50;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Row {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds per request; null where it is not measured. */
  readonly serverCpu: number | null;
  readonly databaseCpu: number | null;
}

async function main(): Promise<void> {
  const options = program.parse().opts<{ users: number[]; seconds: number }>();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await using google = await GoogleEmulator.start();
  await using database = await TestDatabase.create(
    resolve(".data/scale-postgres"),
    true,
  );
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const service = await startBenchServer("service", "service-server.ts", {
    NODE_ENV: "test",
    LOG_LEVEL: "info",
    PORT: "0",
    SECRET_KEY: "only for the bench: 3f0c2a9d8b7e6f5041",
    ADMIN_EMAILS: "admin@gmail.com",
    RATE_LIMIT_SIGN_IN: "off",
    RATE_LIMIT_REFRESH: "off",
    DATABASE_URL: database.url,
    ...google.environment(),
  });
  try {
    let known = 0;
    for (const count of options.users) {
      say(`Generating ${count.toLocaleString("en")} users…`);
      await generate(client, known + 1, count, say);
      known = count;
      const rows = await measureAll(google, service, count, options.seconds);
      print(count, rows, await sizesOf(client));
    }
  } finally {
    await service.stop();
    await client.end();
  }
}

async function measureAll(
  google: GoogleEmulator,
  service: BenchServer,
  count: number,
  roundSeconds: number,
): Promise<Row[]> {
  const idTokens = await Promise.all(
    Array.from({ length: Math.min(sampled, count) }, (_, index) => {
      const n = 1 + Math.floor((index * count) / Math.min(sampled, count));
      const account = {
        sub: subjectOf(n),
        email: emailOf(n),
        emailVerified: true,
        name: `User ${n}`,
      };
      return google.idToken({ account });
    }),
  );
  const post = (
    path: string,
    round: Pick<Parameters<typeof load>[0], "bodies" | "chain">,
  ) =>
    load({
      url: service.url + path,
      method: "POST",
      headers: { "content-type": "application/json" },
      seconds: roundSeconds,
      ...round,
    });
  const bodies = idTokens.map((idToken) => JSON.stringify({ idToken }));
  const signedIn: Tokens[] = [];
  for (const body of bodies) signedIn.push(await signIn(service, body));
  const chain: BodyChain = {
    ready: signedIn.map(({ refreshToken }) => JSON.stringify({ refreshToken })),
    next: (answer) => {
      const { refreshToken } = JSON.parse(answer) as Tokens;
      return JSON.stringify({ refreshToken });
    },
  };
  const admin = await signIn(
    service,
    JSON.stringify({
      idToken: await google.idToken({
        account: {
          sub: "9".repeat(21),
          email: "admin@gmail.com",
          emailVerified: true,
        },
      }),
    }),
  );
  const asAdmin = { authorization: `Bearer ${admin.accessToken}` };
  const get = (path: string) => async () => {
    const response = await fetch(service.url + path, { headers: asAdmin });
    await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  };
  const user = Math.ceil(count / 2);
  const endAll = signedIn
    .slice(0, repeated)
    .map(({ accessToken }) => async () => {
      const headers = { authorization: `Bearer ${accessToken}` };
      const { status } = await fetch(`${service.url}/auth/logout-all`, {
        method: "POST",
        headers,
      });
      if (status !== 204) throw new Error(`/auth/logout-all: ${status}`);
    });
  const queries: [name: string, path: string][] = [
    ["users by address", `/admin/users?email=${emailOf(user)}`],
    ["users by name", `/admin/users?name=User%20${user}`],
    ["users, newest", "/admin/users"],
    ["disabled users", "/admin/users?status=disabled"],
    ["audit log", "/admin/audit"],
    ["audit log, refused sign-ins", "/admin/audit?event=sign_in_refused"],
  ];
  const { accessToken } = signedIn.at(-1) as Tokens;
  await post("/auth/google", { bodies });
  const rows = [
    await measured("sign-in", service, () => post("/auth/google", { bodies })),
    await measured("refresh", service, () => post("/auth/refresh", { chain })),
    await measured("guarded request", service, () =>
      load({
        url: `${service.url}/bench/principal`,
        method: "GET",
        headers: { authorization: `Bearer ${accessToken}` },
        seconds: roundSeconds,
      }),
    ),
  ];
  for (const [name, path] of queries) {
    const calls = Array.from({ length: repeated }, () => get(path));
    rows.push(await timed(name, calls));
  }
  rows.push(await timed("sign out everywhere", endAll));
  return rows;
}

async function signIn(service: BenchServer, body: string): Promise<Tokens> {
  const response = await fetch(`${service.url}/auth/google`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (!response.ok) throw new Error(`sign-in: ${response.status}`);
  return (await response.json()) as Tokens;
}

async function measured(
  name: string,
  service: BenchServer,
  run: () => Promise<Round>,
): Promise<Row> {
  const [before, databaseBefore] = [
    await service.usage(),
    await service.databaseCpu(),
  ];
  const { p50, p99, requests } = await run();
  const [after, databaseAfter] = [
    await service.usage(),
    await service.databaseCpu(),
  ];
  return {
    name,
    p50,
    p99,
    serverCpu: (after.cpu - before.cpu) / requests,
    databaseCpu: (databaseAfter - databaseBefore) / requests,
  };
}

/** Runs calls one after another. */
async function timed(
  name: string,
  calls: readonly (() => Promise<void>)[],
): Promise<Row> {
  const times: number[] = [];
  for (const call of calls) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(times.length * 0.99)] ?? NaN;
  return { name, p50: median(times), p99, serverCpu: null, databaseCpu: null };
}

function print(
  count: number,
  rows: readonly Row[],
  sizes: readonly TableSize[],
): void {
  console.log(`\n${count.toLocaleString("en")} users`);
  console.table(
    Object.fromEntries(
      rows.map(({ name, p50, p99, serverCpu, databaseCpu }) => [
        name,
        {
          "p50 ms": p50.toFixed(1),
          "p99 ms": p99.toFixed(1),
          "CPU µs, server": serverCpu?.toFixed(0) ?? "",
          "CPU µs, Postgres": databaseCpu?.toFixed(0) ?? "",
        },
      ]),
    ),
  );
  for (const { table, rows: count, bytesPerRow } of sizes) {
    console.log(
      `${table}: ${count.toLocaleString("en")} rows of ${bytesPerRow} bytes with indexes`,
    );
  }
}

function numbers(text: string): number[] {
  const list = text.split(",").map(Number);
  const isGrowing = list.every(
    (n, index) => Number.isInteger(n) && n > (list[index - 1] ?? 99),
  );
  if (isGrowing && (list.at(-1) ?? 0) <= 20_000_000) return list;
  throw new InvalidArgumentError(
    "It must be growing integers from 100 to 20000000, separated by commas.",
  );
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 60) return value;
  throw new InvalidArgumentError("It must be an integer from 1 to 60.");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
