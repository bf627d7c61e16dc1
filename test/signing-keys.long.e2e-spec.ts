import { Client } from "pg";
import {
  AccessTokens,
  SigningKeys,
  SigningKeyStore,
  type StoredSigningKeys,
} from "../src/index";
import { Clock } from "../src/common/clock.port";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { Program } from "./support/programs";
import { getWithToken, signIn } from "./support/requests";
import { ResourceServer } from "./support/resource-server";
import { TokenTraffic } from "./support/token-traffic";
import { TcpProxy } from "./support/tcp-proxy";

const secretKey = "only for tests: 8b1f4c0d9e7a6352f1e0";
const root = process.cwd();
/** The advisory lock that protects changes of the keys. */
const lockOfTheKeys = 7_423_002;

describe("the keys of our access tokens", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;
  let services: TestService[];
  let witness: Client;
  /** Holds locks that others wait for. */
  let rival: Client;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  beforeEach(async () => {
    database = await TestDatabase.create();
    clock = new SteppedClock();
    services = [await start(), await start()];
    witness = new Client({ connectionString: database.url });
    rival = new Client({ connectionString: database.url });
    await Promise.all([witness.connect(), rival.connect()]);
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all([witness.end(), rival.end()]);
    await database.destroy();
  });

  afterAll(() => google.stop());

  function start(env: Record<string, string> = {}): Promise<TestService> {
    return TestService.start(google, {
      database,
      env: { SECRET_KEY: secretKey, ...env },
      providers: [{ provide: Clock, useValue: clock }],
    });
  }

  const keysOf = (service: TestService) =>
    service.app.get<StoredSigningKeys>(SigningKeys);

  const storeOf = (service: TestService) => service.app.get(SigningKeyStore);

  /** The job that every instance runs every 30 s. */
  const reloadAll = () =>
    Promise.all(services.map((service) => keysOf(service).reload()));

  const newcomer = () => google.idToken({ account: newAccount() });

  const service = (index: number): TestService => {
    const found = services[index];
    if (!found) throw new Error(`There is no service ${index}`);
    return found;
  };

  it("can be replaced at the highest rate under load without a refusal, even by servers that cache the JWKS for its full lifetime", async () => {
    const servers = [
      new ResourceServer([service(0)], clock),
      new ResourceServer([service(1), service(0)], clock),
    ];
    const traffic = TokenTraffic.start(services, servers, clock, newcomer);
    await traffic.more(5);
    const outcomes: string[] = [];
    // 35 minutes: the tokens of the first key expire meanwhile.
    for (let step = 1; step <= 21; step++) {
      clock.step(100);
      await traffic.more(3);
      const { kind } = await storeOf(service(step % 2)).rotate();
      outcomes.push(kind);
      // The other instance uses the old key for a while.
      await keysOf(service(step % 2)).reload();
      await traffic.more(3);
      await reloadAll();
    }
    const { failures, uses, kids } = await traffic.stop();
    expect(failures).toEqual([]);
    const rotations = outcomes.filter((kind) => kind === "rotated");
    expect(rotations).toHaveLength(3);
    expect(kids).toHaveLength(4);
    expect(uses).toBeGreaterThan(200);
  });

  it("are replaced once, even if many instances and commands try at once", async () => {
    const before = await keyStates();
    await witness.query(
      "UPDATE google_auth.signing_keys SET created_at = created_at - interval '1 h'",
    );
    // All of them wait for this lock.
    await rival.query("SELECT pg_advisory_lock($1)", [lockOfTheKeys]);
    const commands = [keysCommand("rotate"), keysCommand("rotate")];
    // The commands start slowly, and lock waits time out.
    await untilWaiting(commands.length);
    const stores = [0, 1, 0, 1].map((index) =>
      storeOf(service(index)).rotate(),
    );
    await untilWaiting(commands.length + stores.length);
    await rival.query("SELECT pg_advisory_unlock($1)", [lockOfTheKeys]);
    const kinds = (await Promise.all(stores)).map(({ kind }) => kind);
    const said = await Promise.all(
      commands.map(async (command) => [await command.ended(), command.stdout]),
    );
    expect(said).toEqual(
      commands.map(() => [
        0,
        expect.stringContaining(String(before.next)) as string,
      ]),
    );
    const outcomes = [...kinds, ...said.map(([, text]) => String(text))];
    const rotations = outcomes.filter((outcome) =>
      /^rotated$|signs from now on/.test(outcome),
    );
    expect(rotations).toHaveLength(1);
    const after = await keyStates();
    expect(after).toMatchObject({
      current: before.next,
      previous: [before.current],
    });
    await reloadAll();
    for (const instance of services) {
      expect(keysOf(instance).current().kid).toBe(before.next);
    }
  }, 60_000);

  it("after removal of a leaked key, refuse its tokens here after a reload, and elsewhere within 330 s of the command", async () => {
    const server = new ResourceServer(services, clock);
    const lateServer = new ResourceServer(services, clock);
    const { accessToken } = await signIn(service(0), await newcomer());
    expect(await server.refusalOf(accessToken)).toBeNull();
    const { current, next } = await keyStates();
    const command = keysCommand("rotate", "--emergency");
    expect([await command.ended(), command.stderr]).toEqual([0, ""]);
    expect(command.stdout).toContain(
      `The current key ${current} has been removed`,
    );
    expect(command.stdout).toContain(`Key ${next} signs from now on`);
    clock.step(30);
    // The worst case: it fetches a JWKS with the key at the last moment.
    expect(await lateServer.refusalOf(accessToken)).toBeNull();
    await reloadAll();
    for (const instance of services) {
      const me = await getWithToken(instance, "/users/me", accessToken);
      expect([me.status, me.body.code, me.body.reason]).toEqual([
        ...[401, "unauthenticated", "unknown_key"],
      ]);
      // Users can sign in again, and the new tokens are accepted everywhere.
      const again = await signIn(instance, await newcomer());
      expect(await server.refusalOf(again.accessToken)).toBeNull();
      const jwks = await getWithToken(instance, "/.well-known/jwks.json");
      expect(JSON.stringify(jwks.body)).not.toContain(current);
    }
    clock.step(300);
    const later = await signIn(service(1), await newcomer());
    for (const elsewhere of [server, lateServer]) {
      const refusal = await elsewhere.refusalOf(accessToken);
      expect(refusal).toBe(`unknown key ${current}`);
      expect(await elsewhere.refusalOf(later.accessToken)).toBeNull();
    }
  });

  it("are unchanged after a command is killed in the middle of a change", async () => {
    const before = await keyStates();
    await witness.query(
      "UPDATE google_auth.signing_keys SET created_at = created_at - interval '1 h'",
    );
    // The command reaches its second statement.
    await rival.query("BEGIN");
    await rival.query(
      "SELECT FROM google_auth.signing_keys WHERE kid = $1 FOR UPDATE",
      [before.next],
    );
    const command = keysCommand("rotate");
    await untilWaiting(1);
    command.signal("SIGKILL");
    expect(await command.ended()).toBeNull();
    await rival.query("ROLLBACK");
    await untilWaiting(0);
    await reloadAll();
    expect(await keyStates()).toEqual(before);
    const outcome = await storeOf(service(0)).rotate();
    expect(outcome.kind).toBe("rotated");
    expect((await keyStates()).current).toBe(before.next);
  });

  it("keep signing and verifying while the database is unavailable, and are maintained again afterwards", async () => {
    await using network = await TcpProxy.to(database.url);
    const alone = await start({ DATABASE_URL: network.url });
    services.push(alone);
    const { accessToken, user, body } = await signIn(alone, await newcomer());
    const tokens = alone.app.get(AccessTokens);
    await network.cut();
    await expect(keysOf(alone).reload()).rejects.toMatchObject({
      code: "service_unavailable",
    });
    const { token } = await tokens.issue({
      ...{ userId: user.id, sessionId: String(body.sessionId) },
      ...{ clientId: "web", roles: [], authenticatedAt: new Date() },
    });
    for (const good of [token, accessToken]) {
      expect(tokens.verify(good).userId).toBe(user.id);
    }
    const jwks = await getWithToken(alone, "/.well-known/jwks.json");
    expect([jwks.status, jwks.body.keys]).toEqual([
      200,
      keysOf(service(0)).published(),
    ]);
    clock.step(600);
    await storeOf(service(0)).rotate();
    await network.restore();
    await keysOf(alone).reload();
    const { current } = await keyStates();
    expect(keysOf(alone).current().kid).toBe(current);
    expect(tokens.verify(token).userId).toBe(user.id);
  });

  /** The ids of the current, next and previous keys. */
  async function keyStates() {
    const { rows } = await witness.query<{ kid: string; state: string }>(
      "SELECT kid, state FROM google_auth.signing_keys ORDER BY created_at, kid",
    );
    const of = (state: string) =>
      rows.filter((row) => row.state === state).map(({ kid }) => kid);
    const [current, ...moreCurrent] = of("current");
    const [next, ...moreNext] = of("next");
    expect([...moreCurrent, ...moreNext]).toEqual([]);
    return { current, next, previous: of("previous") };
  }

  function keysCommand(...args: string[]): Program {
    return Program.start("src/cli.ts", {
      cwd: root,
      args: ["keys", ...args],
      env: { DATABASE_URL: database.url, SECRET_KEY: secretKey },
    });
  }

  /** Waits until this many statements wait for a lock. */
  async function untilWaiting(count: number): Promise<void> {
    const waiting = `SELECT FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    let found;
    do found = (await witness.query(waiting)).rowCount;
    while (found !== count);
  }
});
