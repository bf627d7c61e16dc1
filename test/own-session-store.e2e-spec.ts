import { setTimeout as delay } from "node:timers/promises";
import { Logger } from "@nestjs/common";
import { SessionStore } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { SeamApp } from "./support/seam-app";
import {
  dayLongSessions,
  MemorySessionStore,
} from "./support/stores/memory-session-store";

/**
 * Guards against an application's session store that leaves access tokens
 * valid. Sign-out everywhere once returned 204 and ended the sessions, but
 * guarded routes still returned 200.
 */
describe("an application's session store, shared by two instances", () => {
  const clock = new SteppedClock();
  let google: GoogleEmulator;
  let one: SeamApp;
  let other: SeamApp;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    google = await GoogleEmulator.start();
    const useValue = new MemorySessionStore(dayLongSessions, clock);
    const line = { provide: SessionStore, useValue };
    one = await SeamApp.start(google, [line]);
    other = await SeamApp.start(google, [line], {}, one.database);
  });

  afterAll(async () => {
    await other[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    await google.stop();
  });

  it.each(["/auth/logout", "/auth/logout-all"])(
    "POST %s revokes access tokens here at once, and on the other instance within a second",
    async (path) => {
      const who = await one.signIn();
      expect((await other.me(who)).status).toBe(200);
      const startedAt = Date.now();
      expect((await one.post(path, who)).status).toBe(204);
      await one.expectSignedOut(who);
      while ((await other.me(who)).status !== 401) {
        if (Date.now() - startedAt > 1000) throw new Error("too late");
        await delay(20);
      }
      await other.expectSignedOut(who);
    },
  );

  it("a reused refresh token also revokes them", async () => {
    const who = await one.signIn();
    let refreshToken = who.refreshToken;
    for (let round = 0; round < 3; round++) {
      const answer = await one.refresh({ ...who, refreshToken });
      expect(answer.status).toBe(200);
      refreshToken = String(answer.body.refreshToken);
    }
    clock.step(11);
    expect((await one.refresh(who)).body.code).toBe("session_revoked");
    await one.expectSignedOut({ ...who, refreshToken });
  });
});
