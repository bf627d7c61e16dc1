import {
  requestableEvents,
  SecurityEventStream,
  serviceAccountKeyFrom,
} from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, type Person, person } from "./support/calls";
import { reportLines } from "./support/security-events";
import { TcpProxy } from "./support/tcp-proxy";

describe("a registered receiver of Google's transmitter", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let network: TcpProxy;
  let service: TestService;
  let stream: SecurityEventStream;

  beforeAll(async () => {
    google = await GoogleEmulator.start({
      transmitter: { retryDelaysMs: [100, 200, 400, 800, 1600, 3200] },
    });
    database = await TestDatabase.create();
    network = await TcpProxy.to(database.url);
    service = await TestService.start(google, {
      database,
      env: { DATABASE_URL: network.url },
    });
    const key = serviceAccountKeyFrom(
      JSON.stringify(await google.serviceAccount()),
    );
    const apiUrl = String(google.environment().GOOGLE_RISC_CONFIG_URL);
    stream = new SecurityEventStream({
      ...{ apiUrl, key, timeoutMilliseconds: 5000 },
    });
    await stream.configure(`${service.url}/security-events`, [
      ...requestableEvents.values(),
    ]);
  });

  afterAll(async () => {
    await service.stop();
    await network.stop();
    await database.destroy();
    await google.stop();
  });

  const isSignedIn = async ({ accessToken }: Person) =>
    (await call(service, "GET", "/users/me", accessToken)).status === 200;

  it("receives a verification event with the requested state", async () => {
    await stream.verify("a state of ours");
    const [delivery] = (await google.settledDeliveries()).slice(-1);
    expect(delivery?.outcome).toBe("delivered");
    expect((await reportLines(service)).at(-1)).toMatchObject({
      ...{ userId: null, reason: "verification" },
      details: { state: "a state of ours" },
    });
  });

  it("receives a hijacking report, and the access token is invalid by the time it responds", async () => {
    const [victim, stranger] = [
      await person(service, google),
      await person(service, google),
    ];
    const { delivered } = await google.report({
      ...{ account: victim.account, type: "account-disabled" },
      reason: "hijacking",
    });
    expect((await delivered).outcome).toBe("delivered");
    expect(await isSignedIn(victim)).toBe(false);
    expect(await isSignedIn(stranger)).toBe(true);
  });

  it("acts once on an event that is delivered twenty times at once, and once more", async () => {
    const { account, id } = await person(service, google);
    const report = await google.report({ account, hold: true });
    const deliveries = await Promise.all(
      Array.from({ length: 20 }, () => report.deliver()),
    );
    deliveries.push(await report.deliver());
    expect(new Set(deliveries.map(({ outcome }) => outcome))).toEqual(
      new Set(["delivered"]),
    );
    const lines = await reportLines(service);
    expect(lines.filter(({ userId }) => userId === id)).toHaveLength(1);
  });

  it("ignores an older event that is delivered after a newer one", async () => {
    const { account } = await person(service, google);
    const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000);
    const [older, newer] = [
      await google.report({
        ...{ account, type: "account-disabled", reason: "hijacking" },
        ...{ occurredAt: at(20), hold: true },
      }),
      await google.report({
        ...{ account, type: "account-enabled" },
        ...{ occurredAt: at(10), hold: true },
      }),
    ];
    await newer.deliver();
    await older.deliver();
    expect((await person(service, google, account)).status).toBe(200);
  });

  it("responds 503 while the database is unavailable, and acts on the retry", async () => {
    const victim = await person(service, google);
    await network.cut();
    const { delivered } = await google.report({ account: victim.account });
    while (google.deliveries.at(-1)?.attempts.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await network.restore();
    const { outcome, attempts } = await delivered;
    expect(outcome).toBe("delivered");
    const statuses = attempts.map(({ status }) => status);
    expect(statuses.length).toBeGreaterThan(1);
    expect(statuses.at(-1)).toBe(202);
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([503]));
    expect(await isSignedIn(victim)).toBe(false);
  });

  it("receives nothing while the stream is disabled", async () => {
    const victim = await person(service, google);
    await stream.setStatus("disabled");
    const { delivered } = await google.report({ account: victim.account });
    expect((await delivered).outcome).toBe("disabled");
    expect(await isSignedIn(victim)).toBe(true);
    await stream.setStatus("enabled");
  });
});
