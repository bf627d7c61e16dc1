import { Client } from "pg";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { call, person } from "./support/calls";

describe("one user's concurrent changes", () => {
  let google: GoogleEmulator;
  let service: TestService;
  let rival: Client;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    service = await TestService.start(google, {
      env: { DATABASE_POOL_SIZE: "2" },
    });
    rival = new Client({ connectionString: service.database.url });
    await rival.connect();
  });

  afterAll(async () => {
    await rival.end();
    await service.stop();
    await google.stop();
  });

  const change = (token: string) =>
    call(service, "PATCH", "/users/me", token, { profile: { shoeSize: 43 } });

  it("wait for each other without a pool connection, so other users are served; too many are 429", async () => {
    const busy = await person(service, google);
    const other = await person(service, google);
    await rival.query("BEGIN");
    await rival.query(
      "SELECT FROM google_auth.users WHERE id = $1 FOR UPDATE",
      [busy.id],
    );
    const crowd = Array.from({ length: 100 }, () => change(busy.accessToken));
    const startedAt = performance.now();
    for (let count = 0; count < 5; count++) {
      expect((await change(other.accessToken)).status).toBe(200);
      expect((await person(service, google)).status).toBe(200);
    }
    expect(performance.now() - startedAt).toBeLessThan(2000);
    // One of them waits for the lock until the timeout and is 503.
    const first = await Promise.race(
      crowd.map(async (answer) => {
        const { status } = await answer;
        return status === 429 ? new Promise<never>(() => undefined) : status;
      }),
    );
    expect(first).toBe(503);
    await rival.query("ROLLBACK");
    const statuses = (await Promise.all(crowd)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(84);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(15);
    expect((await change(busy.accessToken)).status).toBe(200);
  });
});
