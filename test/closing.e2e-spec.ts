import { EventEmitter, once } from "node:events";
import { Controller, Get } from "@nestjs/common";
import { Public } from "../src/common/access.decorators";
import { GracefulShutdown } from "../src/health/graceful-shutdown";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestService } from "../src/testing/test-service";
import { postJson } from "./support/requests";

/** A route that takes its time, and something to do while the modules stop. */
@Public()
@Controller("slow")
class SlowController {
  static readonly events = new EventEmitter();
  static whileStopping: () => Promise<void> = () => Promise.resolve();

  @Get()
  async wait(): Promise<string> {
    SlowController.events.emit("begun");
    await once(SlowController.events, "go on");
    return "done";
  }

  /** Every onModuleDestroy has run by then, and Nest still accepts requests. */
  beforeApplicationShutdown(): Promise<void> {
    return SlowController.whileStopping();
  }
}

describe("a service that closes", () => {
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });

  afterEach(() => {
    SlowController.whileStopping = () => Promise.resolve();
  });

  afterAll(() => google.stop());

  const start = () =>
    TestService.start(google, { controllers: [SlowController] });

  // A regression: Passport had forgotten the strategy, and the answer was 500.
  it("serves every request until it accepts no more", async () => {
    const service = await start();
    const statuses: number[] = [];
    SlowController.whileStopping = async () => {
      const idToken = await google.idToken();
      const signedIn = await postJson(service, "/auth/google", { idToken });
      const { refreshToken } = signedIn.body;
      const refreshed = await postJson(service, "/auth/refresh", {
        refreshToken,
      });
      const authorization = `Bearer ${String(refreshed.body.accessToken)}`;
      const me = await service.fetch("/users/me", {
        headers: { authorization },
      });
      statuses.push(signedIn.status, refreshed.status, me.status);
    };
    await service.stop();
    expect(statuses).toEqual([200, 200, 200]);
  });

  it("finishes requests and refuses connections before its modules stop", async () => {
    const service = await start();
    const begun = once(SlowController.events, "begun");
    const answer = service.fetch("/slow");
    await begun;
    let isDrained = false;
    const drained = service.app
      .get(GracefulShutdown)
      .drain(0)
      .then(() => {
        isDrained = true;
      });
    await expect(service.fetch("/health/live")).rejects.toThrow();
    expect(isDrained).toBe(false);
    SlowController.events.emit("go on");
    expect((await answer).status).toBe(200);
    await drained;
    await service.stop();
  });
});
