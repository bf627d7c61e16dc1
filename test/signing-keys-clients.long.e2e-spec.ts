import { Clock } from "../src/common/clock.port";
import {
  SigningKeys,
  SigningKeyStore,
  type StoredSigningKeys,
} from "../src/index";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { JoseClient } from "./support/jose-client";
import { TokenTraffic } from "./support/token-traffic";

/** The time a key is published before it signs, in steps of 100 s. */
const stepsToRotation = 6;

describe("jose, given only the URL of our keys,", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let clock: SteppedClock;
  let one: TestService;
  let other: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    clock = new SteppedClock();
    [one, other] = [await start(), await start()];
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  const start = () =>
    TestService.start(google, {
      database,
      providers: [{ provide: Clock, useValue: clock }],
    });

  const reload = ({ app }: TestService) =>
    app.get<StoredSigningKeys>(SigningKeys).reload();

  it("accepts every token, new and old, while the keys are replaced twice under load", async () => {
    await using jose = JoseClient.start({
      issuer: "https://service.example",
      listensAt: [one.url, other.url],
    });
    const traffic = TokenTraffic.start([one, other], [jose], clock, () =>
      google.idToken({ account: newAccount() }),
    );
    await traffic.more(10);
    const outcomes: string[] = [];
    for (let step = 1; step <= 2 * stepsToRotation + 3; step++) {
      clock.step(100);
      jose.step(100);
      await traffic.more(4);
      if (step % stepsToRotation === 0) {
        const { kind } = await one.app.get(SigningKeyStore).rotate();
        outcomes.push(kind);
        // The other instance signs with the old key for a while.
        await reload(one);
        await traffic.more(10);
        await reload(other);
      }
      await traffic.more(4);
    }
    const { failures, uses, kids } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(outcomes).toEqual(["rotated", "rotated"]);
    expect(kids).toHaveLength(3);
    expect(uses).toBeGreaterThan(200);
    // Once every 10 minutes in 25 minutes, and never for an unknown key.
    expect(jose.fetches).toBe(3);
  });
});
