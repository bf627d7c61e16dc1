import { Clock, SystemClock } from "../src/common/clock.port";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { call, person } from "./support/calls";
import { postJson } from "./support/requests";

/** The clock of a machine that is wrong; the database's clock is shared. */
class SkewedClock extends SystemClock {
  constructor(private readonly seconds: number) {
    super();
  }

  override now(): number {
    return Date.now() + this.seconds * 1000;
  }
}

describe.each([50, -50])(
  "two instances, one with a clock %i s ahead,",
  (ahead) => {
    let google: GoogleEmulator;
    let database: TestDatabase;
    let instances: TestService[];

    beforeAll(async () => {
      google = await GoogleEmulator.start();
      database = await TestDatabase.create();
      instances = [];
      for (const seconds of [ahead, 0]) {
        instances.push(
          await TestService.start(google, {
            database,
            providers: [{ provide: Clock, useValue: new SkewedClock(seconds) }],
          }),
        );
      }
    });

    afterAll(async () => {
      for (const instance of instances) await instance.stop();
      await database.destroy();
      await google.stop();
    });

    const statusAt = async (instance: TestService, accessToken: unknown) =>
      (await call(instance, "GET", "/users/me", String(accessToken))).status;
    const everywhere = (accessToken: unknown) =>
      Promise.all(instances.map((one) => statusAt(one, accessToken)));

    it("continue a session on either instance, even after a lost response", async () => {
      for (const first of instances) {
        const { accessToken, refreshToken } = await person(first, google);
        expect(await everywhere(accessToken)).toEqual([200, 200]);
        let held: unknown = refreshToken;
        for (const instance of [...instances, ...instances.toReversed()]) {
          const sent = { refreshToken: held };
          const lost = await postJson(first, "/auth/refresh", sent);
          const answer = await postJson(instance, "/auth/refresh", sent);
          expect([lost.status, answer.status]).toEqual([200, 200]);
          expect(answer.body.refreshToken).toBe(lost.body.refreshToken);
          held = answer.body.refreshToken;
          expect(await everywhere(answer.body.accessToken)).toEqual([200, 200]);
        }
      }
    });

    it("signing out everywhere at one ends earlier sessions of both, and no later ones", async () => {
      for (const by of instances) {
        for (const other of instances) {
          const account = newAccount();
          const before = await person(other, google, account);
          const own = await person(by, google, account);
          await call(by, "POST", "/auth/logout-all", own.accessToken);
          const after = await person(other, google, account);
          expect(await everywhere(after.accessToken)).toEqual([200, 200]);
          const [kept, ended] = [
            await postJson(by, "/auth/refresh", {
              refreshToken: after.refreshToken,
            }),
            await postJson(other, "/auth/refresh", {
              refreshToken: before.refreshToken,
            }),
          ];
          expect([kept.status, ended.status]).toEqual([200, 401]);
          expect(await statusAt(by, before.accessToken)).toBe(401);
        }
      }
    });
  },
);
