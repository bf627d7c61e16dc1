import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Client } from "pg";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { postWith } from "./support/headed-requests";
import { type Answer, postJson, signIn } from "./support/requests";
import { query, textsOf } from "./support/rows";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const forgedTokens = 10_000;
const connections = 20;
/** The largest difference of the heap between two floods, in bytes. */
const heapSlack = 1024 * 1024;

/**
 * Statements that the service sends periodically, for ended sessions, keys and
 * old rows.
 */
const poll =
  /FROM google_auth.revocations|FROM google_auth.signing_keys|^WITH turn AS/;

/** Ways to forge a refresh token, given a valid one. */
const forgeries: ((live: string) => string)[] = [
  () => random(48),
  () => `v1.${randomUUID()}.1.${random(48)}`,
  (live) => withParts(live, { proof: random(48) }),
  (live) =>
    withParts(live, { generation: `${2 + randomBytes(3).readUIntBE(0, 3)}` }),
  (live) => withParts(live, { id: randomUUID() }),
  // The right secret with an invalid tag.
  (live) => `${live.slice(0, -21)}${random(16).slice(0, 21)}`,
  (live) => withParts(live, { generation: "999999999", proof: random(48) }),
  (live) => withParts(live, { generation: "9".repeat(15_000) }),
  (live) => live + random(11_000),
  () => `eyJhbGciOiJFUzI1NiJ9.${random(200)}.${random(64)}`,
];

describe("a flood of 10,000 forged refresh tokens", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
  });

  afterAll(async () => {
    await database.destroy();
    await google.stop();
  });

  const start = (env: Record<string, string> = {}) =>
    TestService.start(google, {
      database,
      // The log lines are kept in the memory that is measured here.
      env: { LOG_LEVEL: "error", ...env },
    });

  it("is refused without a statement or memory, and a valid refresh succeeds", async () => {
    await using service = await start();
    const { body } = await signIn(service, await google.idToken());
    let live = String(body.refreshToken);
    const refresh = async () => {
      const answer = await postJson(service, "/auth/refresh", {
        refreshToken: live,
      });
      expect(answer.status).toBe(200);
      live = String(answer.body.refreshToken);
    };
    const refused = { "401 invalid_refresh_token": forgedTokens };

    // The first flood warms everything up, with a valid client alongside.
    let isOver = false;
    const honest = (async () => {
      let count = 0;
      for (; !isOver; count++) await refresh();
      return count;
    })();
    const opened = connectionsTo(service);
    const first = await flood(service, live);
    isOver = true;
    expect(first).toEqual(refused);
    expect(await honest).toBeGreaterThan(10);
    expect(opened()).toBeLessThanOrEqual(connections + 2);

    const rows = await everyRow(service);
    const before = { heap: heapUsed(), done: await transactions(service) };
    const statements = jest.spyOn(Client.prototype, "query");
    const second = await flood(service, live);
    const during = textsOf(statements);
    const after = { heap: heapUsed(), done: await transactions(service) };
    expect(second).toEqual(refused);
    expect(during.filter((text) => !poll.test(text))).toEqual([]);
    // The database's counters agree, although they are updated late.
    expect(after.done - before.done).toBeLessThan(forgedTokens / 10);
    expect(await everyRow(service)).toEqual(rows);
    expect(after.heap - before.heap).toBeLessThan(heapSlack);

    await refresh();
    expect(textsOf(statements).join()).toContain("UPDATE google_auth.sessions");
    statements.mockRestore();
  }, 120_000);

  it("from one network is rate-limited and does not affect other clients", async () => {
    await using service = await start({
      RATE_LIMIT_REFRESH: "100/3600",
      TRUSTED_PROXIES: "127.0.0.1",
    });
    const { body } = await signIn(service, await google.idToken());
    const from = { "x-forwarded-for": "203.0.113.9" };
    const live = String(body.refreshToken);
    const rows = await everyRow(service);
    const first = await flood(service, live, from);
    expect(first).toEqual({
      "401 invalid_refresh_token": 100,
      "429 rate_limited": forgedTokens - 100,
    });
    const heap = heapUsed();
    const second = await flood(service, live, from);
    expect(second).toEqual({ "429 rate_limited": forgedTokens });
    expect(heapUsed() - heap).toBeLessThan(heapSlack);
    expect(await everyRow(service)).toEqual(rows);

    const refreshFrom = (headers: Record<string, string>): Promise<Answer> =>
      postWith(headers, service, "/auth/refresh", { refreshToken: live });
    const limited = await refreshFrom(from);
    expect([limited.status, limited.body.code]).toEqual([429, "rate_limited"]);
    const seconds = Number(limited.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(3000);
    expect(seconds).toBeLessThanOrEqual(3600);
    const elsewhere = await refreshFrom({ "x-forwarded-for": "198.51.100.7" });
    expect(elsewhere.status).toBe(200);
  }, 120_000);
});

/** Sends all tokens over a few connections and counts each outcome. */
async function flood(
  service: TestService,
  live: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcomes: Record<string, number> = {};
  let left = forgedTokens;
  const client = async () => {
    while (left-- > 0) {
      const refreshToken = forgeries[left % forgeries.length]?.(live) ?? "";
      const outcome = await send(agent, service, refreshToken, headers);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return outcomes;
}

/** Sends a request; several times as fast as fetch. */
async function send(
  agent: Agent,
  { url }: TestService,
  refreshToken: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const sending = request(`${url}/auth/refresh`, {
    ...{ agent, method: "POST" },
    headers: { "content-type": "application/json", ...headers },
  });
  sending.end(JSON.stringify({ refreshToken }));
  const [answer] = (await once(sending, "response")) as [IncomingMessage];
  const { code } = (await json(answer)) as { code: string };
  if (answer.statusCode === 429) {
    expect(answer.headers["retry-after"]).toMatch(/^[1-9]\d*$/);
  }
  return `${answer.statusCode} ${code}`;
}

const random = (bytes: number) => randomBytes(bytes).toString("base64url");

function withParts(
  token: string,
  changed: { readonly id?: string; generation?: string; proof?: string },
): string {
  const [version, id, generation, proof] = token.split(".");
  const parts = { id, generation, proof, ...changed };
  return [version, parts.id, parts.generation, parts.proof].join(".");
}

/** Counts the connections that are opened from now on. */
function connectionsTo({ app }: TestService): () => number {
  let count = 0;
  const server: Server = app.getHttpServer();
  server.on("connection", () => (count += 1));
  return () => count;
}

function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** The rows of each of our tables, with the transactions that wrote them. */
async function everyRow(service: TestService): Promise<unknown> {
  const tables = await query<{ name: string }>(
    service,
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r'
      AND relnamespace = 'google_auth'::regnamespace ORDER BY relname`,
  );
  return query(
    service,
    tables
      .map(
        // xmin is the transaction that wrote a row; it changes with every
        // write.
        ({ name }) =>
          `SELECT '${name}' AS table, count(*)::int, sum(xmin::text::bigint) AS writers FROM google_auth."${name}"`,
      )
      .join(" UNION ALL "),
  );
}

async function transactions(service: TestService): Promise<number> {
  const [row] = await query<{ count: number }>(
    service,
    `SELECT (xact_commit + xact_rollback)::int AS count
      FROM pg_stat_database WHERE datname = current_database()`,
  );
  return row?.count ?? NaN;
}
