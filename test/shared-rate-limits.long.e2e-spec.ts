import { Client } from "pg";
import { OutageTolerantStorage } from "../src/rate-limits/outage-tolerant-storage";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { type Answer, signIn } from "./support/requests";
import { tally } from "./support/sign-in-load";
import { FrozenClock } from "../src/testing/frozen-clock";

describe("rate limits in Postgres", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let administrator: Client;
  let clock: FrozenClock;
  const services: TestService[] = [];
  const logs: (readonly string[])[] = [];
  let told = 0;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    administrator = new Client({ connectionString: database.url });
    await administrator.connect();
  });

  beforeEach(async () => {
    clock = new FrozenClock();
    newWarnings();
    await administrator.query("TRUNCATE google_auth.rate_limits");
  });

  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });

  afterAll(async () => {
    await administrator.end();
    await database.destroy();
    await google.stop();
  });

  /** @param patience how long the store may take, in milliseconds */
  async function start(
    env: Record<string, string>,
    patience: number,
  ): Promise<TestService> {
    const service = await TestService.start(google, {
      database,
      env: { RATE_LIMIT_STORE: "postgres", ...env },
      providers: [clock.provider],
    });
    Object.assign(service.app.get(OutageTolerantStorage), {
      timeoutMilliseconds: patience,
    });
    services.push(service);
    logs.push(service.logLines);
    return service;
  }

  /** Concurrent sign-ins, spread over the instances. */
  function signIns(count: number, idToken: string): Promise<Answer[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, call) => {
        const service = services[call % services.length];
        if (!service) throw new Error("nothing has been started");
        return signIn(service, idToken);
      }),
    );
  }

  /** The log lines about the store since the last call. */
  function newWarnings(): string[] {
    // The first service of a process records Nest's log lines.
    const lines = logs.flat().filter((line) => line.includes("by itself"));
    const news = lines.slice(told);
    told = lines.length;
    return news;
  }

  // Long enough that a busy machine does not make the store seem unavailable.
  const patient = 20_000;

  it("accept 20 of 60 sign-ins, spread over two instances", async () => {
    const env = { RATE_LIMIT_SIGN_IN: "20/3600" };
    await start(env, patient);
    await start(env, patient);
    const answers = await signIns(60, await google.idToken());
    const outcome = { 200: 20, "429 rate_limited sign_in": 40 };
    expect(tally(answers)).toEqual(outcome);
    const later = await signIns(4, await google.idToken());
    expect(tally(later)).toEqual({ "429 rate_limited sign_in": 4 });
    for (const { headers } of later) {
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(3000);
    }
  });

  it("respond to 20 of 60 failures, spread over two instances", async () => {
    const env = { RATE_LIMIT_SIGN_IN_FAILURES: "20/3600" };
    await start(env, patient);
    await start(env, patient);
    const answers = await signIns(60, "guess");
    expect(tally(answers)).toEqual({
      "401 invalid_token malformed_token": 20,
      "429 rate_limited sign_in_failures": 40,
    });
    const good = await signIns(2, await google.idToken());
    expect(tally(good)).toEqual({ "429 rate_limited sign_in_failures": 2 });
  });

  it("survive a restart of the service", async () => {
    const env = { RATE_LIMIT_SIGN_IN: "1/3600" };
    const first = await start(env, patient);
    expect((await signIn(first, await google.idToken())).status).toBe(200);
    const second = await start(env, patient);
    expect((await signIn(second, await google.idToken())).status).toBe(429);
  });

  it("W-017 apply per instance while the table is unavailable, with one warning", async () => {
    const service = await start({ RATE_LIMIT_SIGN_IN: "3/3600" }, patient);
    const idToken = await google.idToken();
    await signIn(service, idToken);
    await administrator.query(
      "ALTER TABLE google_auth.rate_limits RENAME TO away",
    );
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      clock.advance(1);
      answers.push(await signIn(service, idToken));
    }
    await administrator.query(
      "ALTER TABLE google_auth.away RENAME TO rate_limits",
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const warnings = newWarnings();
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).toContain("rate_limits");
    expect(warnings.join()).not.toContain("127.0.0.1");
  });

  it("are shared again when the table is back", async () => {
    const service = await start({ RATE_LIMIT_SIGN_IN: "3/3600" }, patient);
    const idToken = await google.idToken();
    await administrator.query(
      "ALTER TABLE google_auth.rate_limits RENAME TO away",
    );
    await signIn(service, idToken);
    await administrator.query(
      "ALTER TABLE google_auth.away RENAME TO rate_limits",
    );
    clock.advance(1);
    await signIn(service, idToken);
    const { rows } = await administrator.query(
      "SELECT key, hits FROM google_auth.rate_limits",
    );
    expect(rows).toEqual([{ key: "signIn:127.0.0.1", hits: 1 }]);
  });

  it("W-017 do not delay a sign-in while the table does not respond", async () => {
    const service = await start({ RATE_LIMIT_SIGN_IN: "2/3600" }, 250);
    const idToken = await google.idToken();
    await administrator.query("BEGIN");
    await administrator.query("LOCK TABLE google_auth.rate_limits");
    const answers = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      answers.push(await signIn(service, idToken));
    }
    await administrator.query("COMMIT");
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(newWarnings()).toHaveLength(1);
  });
});
