import { Client } from "pg";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { TestDatabase } from "../src/testing/test-database";
import { type Answer, signIn } from "./support/requests";
import { SignInLoad, tally } from "./support/sign-in-load";
import { TcpProxy } from "./support/tcp-proxy";

const poolSize = 2;
const unavailable = "503 service_unavailable database_unavailable";

describe("an outage of Postgres", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let network: TcpProxy;
  let service: TestService;
  /** Connects to the database directly, without the outage. */
  let witness: Client;
  /** Holds locks that the service waits for. */
  let rival: Client;
  let newcomers: string[];

  beforeEach(async () => {
    newcomers = [];
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    network = await TcpProxy.to(database.url);
    witness = new Client({ connectionString: database.url });
    rival = new Client({ connectionString: database.url });
    await Promise.all([witness.connect(), rival.connect()]);
    service = await start(network.url);
    await signIn(service, await google.idToken());
  });

  afterEach(async () => {
    await service.stop();
    await Promise.all([witness.end(), rival.end()]);
    await network.stop();
    await database.destroy();
    await google.stop();
  });

  function start(databaseUrl: string): Promise<TestService> {
    return TestService.start(google, {
      database,
      env: {
        DATABASE_URL: databaseUrl,
        DATABASE_POOL_SIZE: String(poolSize),
      },
    });
  }

  /** Restarts the service with one more parameter in its database URL. */
  async function restartWith(name: string, value: string): Promise<void> {
    await service.stop();
    const url = new URL(network.url);
    url.searchParams.set(name, value);
    service = await start(url.href);
  }

  /** Mints a valid token of a new account. */
  async function newcomer(): Promise<string> {
    const idToken = await google.idToken({ account: newAccount() });
    newcomers.push(idToken);
    return idToken;
  }

  /**
   * Expects that the accounts that signed in are known and that the refused
   * ones can now sign in, even if a statement was committed and only its result
   * was lost.
   */
  async function expectNothingMissing(): Promise<void> {
    for (const idToken of newcomers) {
      expect((await signIn(service, idToken)).status).toBe(200);
    }
    await expectWholeUsers(1 + newcomers.length);
  }

  /**
   * Expects that every user has an identity and a session, and that there are
   * no others.
   */
  async function expectWholeUsers(count: number): Promise<void> {
    const { rows } = await witness.query(
      `SELECT (SELECT count(*)::int FROM google_auth.users) AS users,
        (SELECT count(*)::int FROM google_auth.identities) AS identities,
        (SELECT count(DISTINCT user_id)::int FROM google_auth.sessions) AS "withSession"`,
    );
    expect(rows).toEqual([
      { users: count, identities: count, withSession: count },
    ]);
  }

  /** Waits until this many statements of the service wait for a lock. */
  async function untilLocked(count: number): Promise<void> {
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND datname = current_database() AND application_name = 'nest-google-auth'`;
    let found;
    do found = (await witness.query(waiting)).rowCount;
    while (found !== count);
  }

  function expectOutage(answers: readonly Answer[]): void {
    for (const { status, body, headers } of answers) {
      expect([status, body.code, headers.get("retry-after")]).toEqual([
        503,
        "service_unavailable",
        "5",
      ]);
    }
  }

  it("under load is a 503 until Postgres is back, and loses no committed sign-in", async () => {
    const load = SignInLoad.start(service, newcomer);
    await load.more(20);
    await network.cut();
    await load.more(40);
    await network.restore();
    await load.more(40);
    const answers = await load.stop();
    const refused = answers.filter(({ status }) => status !== 200);
    expectOutage(refused);
    expect(refused.length).toBeGreaterThan(30);
    expect(answers.slice(-30).map(({ status }) => status)).toEqual(
      Array(30).fill(200),
    );
    const log = service.logLines.join("");
    expect(log).toContain("ECONNREFUSED");
    expect(log).not.toContain("@gmail.com");
    for (const idToken of newcomers) {
      const [, payload, signature] = idToken.split(".");
      expect(log).not.toContain(payload);
      expect(log).not.toContain(signature);
    }
    await expectNothingMissing();
  });

  it("during a statement is a 503, and the statement is committed or rolled back", async () => {
    await rival.query("BEGIN; LOCK TABLE google_auth.sessions");
    const answer = signIn(service, await newcomer());
    await untilLocked(1);
    await network.cut();
    expectOutage([await answer]);
    await rival.query("ROLLBACK");
    await network.restore();
    await expectNothingMissing();
  });

  it("of a few seconds without a response only delays requests", async () => {
    network.pause();
    const answers = [newcomer(), newcomer(), newcomer()].map(async (token) =>
      signIn(service, await token),
    );
    await network.somethingHeld();
    network.resume();
    expect(tally(await Promise.all(answers))).toEqual({ 200: 3 });
    await expectNothingMissing();
  });

  it("of a longer time without a response is a 503 within 15 s, and ends by itself", async () => {
    network.pause();
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => signIn(service, await newcomer())),
    );
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expectOutage(answers);
    network.resume();
    await expectNothingMissing();
  });

  it("by locks of one user on every connection is a 503 for that user after 2 s; other users sign in", async () => {
    const known = await google.idToken();
    await rival.query("BEGIN; SELECT FROM google_auth.users FOR UPDATE");
    const startedAt = performance.now();
    const waiting = Array.from({ length: poolSize }, () =>
      signIn(service, known),
    );
    await untilLocked(poolSize);
    expect((await signIn(service, await newcomer())).status).toBe(200);
    expectOutage(await Promise.all(waiting));
    // By the lock timeout, not the statement timeout of 10 s.
    expect(performance.now() - startedAt).toBeLessThan(8000);
    await rival.query("ROLLBACK");
    expect((await signIn(service, known)).status).toBe(200);
    await expectNothingMissing();
  });

  it.each(["lock_timeout", "statement_timeout"])(
    "by a lock held longer than %s is a 503",
    async (limit) => {
      await restartWith(limit, "200");
      const known = await google.idToken();
      await rival.query("BEGIN; SELECT FROM google_auth.users FOR UPDATE");
      expectOutage([await signIn(service, known)]);
      await rival.query("ROLLBACK");
      expect((await signIn(service, known)).status).toBe(200);
      await expectWholeUsers(1);
    },
  );

  it("that leaves Postgres read-only, as a failover does, is a 503 until a primary is back", async () => {
    const name = new URL(database.url).pathname.slice(1);
    const failOver = async (readOnly: "on" | "off") => {
      await witness.query(
        `ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly}`,
      );
      await network.cut();
      await network.restore();
    };
    const load = SignInLoad.start(service, newcomer);
    await load.more(10);
    await failOver("on");
    await load.more(20);
    await failOver("off");
    await load.more(30);
    const answers = await load.stop();
    expectOutage(answers.filter(({ status }) => status !== 200));
    expect(answers.slice(10, -30)).toContainEqual(
      expect.objectContaining({ status: 503 }),
    );
    expect(answers.at(-1)?.status).toBe(200);
    await expectNothingMissing();
  });

  it.each([
    [2, "200", 2],
    [3, unavailable, 1],
  ])(
    "of %i serialization failures in a row ends with %s and %i users",
    async (failures, outcome, users) => {
      await witness.query(`
        CREATE SEQUENCE lost;
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('lost') <= ${failures} THEN
            RAISE EXCEPTION 'lost against others' USING ERRCODE = '40001';
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER lose AFTER INSERT ON google_auth.sessions
          FOR EACH STATEMENT EXECUTE FUNCTION lose()`);
      const token = await newcomer();
      expect(tally([await signIn(service, token)])).toEqual({ [outcome]: 1 });
      await expectWholeUsers(users);
      expect((await signIn(service, token)).status).toBe(200);
      await expectWholeUsers(2);
    },
  );

  it("does not arise from concurrent sign-ins of one user in serializable transactions", async () => {
    await restartWith(
      "options",
      "-c default_transaction_isolation=serializable",
    );
    const token = await newcomer();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => signIn(service, token)),
    );
    expectOutage(answers.filter(({ status }) => status !== 200));
    expect(answers.filter(({ body }) => body.isNewUser)).toHaveLength(1);
    await expectWholeUsers(2);
  });
});
