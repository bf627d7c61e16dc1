import {
  type BeforeApplicationShutdown,
  Controller,
  Post,
} from "@nestjs/common";
import { Client } from "pg";
import { AuditTrail } from "../src/audit/audit-trail";
import { AuthError, Public, RateLimited } from "../src/index";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { linesSince } from "./support/audit-lines";
import { postWith } from "./support/headed-requests";
import { postJson } from "./support/requests";
import { query, textsOf } from "./support/rows";

/** Refuses sign-ins at once, or once the service is stopping. */
@Controller("team")
class TeamController implements BeforeApplicationShutdown {
  /** The number of requests that wait for the stop. */
  waiting = 0;
  private stopping!: () => void;
  private readonly stopped = new Promise<void>((stop) => {
    this.stopping = stop;
  });

  @Public()
  @Post("sign-in")
  @RateLimited("signIn", { failures: "signInFailures" })
  signIn(): void {
    throw new AuthError("invalid_token", { reason: "at_once" });
  }

  @Public()
  @Post("slow-sign-in")
  @RateLimited("signIn", { failures: "signInFailures" })
  async signInSlowly(): Promise<void> {
    this.waiting += 1;
    await this.stopped;
    throw new AuthError("invalid_token", { reason: "at_the_last_moment" });
  }

  beforeApplicationShutdown(): void {
    this.stopping();
  }
}

describe("refused sign-ins", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let one: TestService;
  let other: TestService;

  const start = () =>
    TestService.start(google, { database, controllers: [TeamController] });

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    [one, other] = [await start(), await start()];
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
    await database.destroy();
    await google.stop();
  });

  const written = (reason: string) =>
    query(one, "SELECT FROM google_auth.audit_events WHERE reason = $1", [
      reason,
    ]);

  it("are written within seconds without a query of the log", async () => {
    await postJson(one, "/team/sign-in", {});
    const startedAt = Date.now();
    while ((await written("at_once")).length === 0) {
      expect(Date.now() - startedAt).toBeLessThan(5000);
    }
  });

  it("that flood two instances are all written or counted in few statements", async () => {
    const since = await linesSince(one);
    const trails = [one, other].map((service) => service.app.get(AuditTrail));
    const statements = jest.spyOn(Client.prototype, "query");
    const startedAt = Date.now();
    let refused = 0;
    const client = async (service: TestService) => {
      for (let count = 0; count < 100; count++) {
        const { status } = await postJson(service, "/team/sign-in", {});
        expect(status).toBe(401);
        refused += 1;
      }
    };
    await Promise.all([one, other, one, other].map(client));
    // More at once than this machine could send as requests.
    for (const trail of trails) {
      for (let count = 0; count < 10_000; count++) {
        void trail.recordSoon({ event: "sign_in_refused", userId: null });
        refused += 1;
      }
    }
    for (const trail of trails) trail["repeats"].end();
    await Promise.all(trails.map((trail) => trail.flush()));
    const seconds = Math.ceil((Date.now() - startedAt) / 1000);
    const inserts = textsOf(statements).filter((text) =>
      text.includes("INSERT INTO google_auth.audit_events"),
    );
    statements.mockRestore();
    expect(inserts.length).toBeLessThanOrEqual(2 * (seconds + 1));
    let known = 0;
    for (const { details } of await since()) {
      known += Number(details?.count ?? 1);
    }
    expect(known).toBe(refused);
  });

  it("that are answered while the service stops are still written", async () => {
    const stopping = await start();
    const controller = stopping.app.get(TeamController);
    const headers = { connection: "close" };
    const answers = [1, 2, 3].map(() =>
      postWith(headers, stopping, "/team/slow-sign-in", {}),
    );
    while (controller.waiting < 3) await new Promise(setImmediate);
    await stopping.stop();
    for (const { status, body } of await Promise.all(answers)) {
      expect([status, body.code]).toEqual([401, "invalid_token"]);
    }
    expect(await written("at_the_last_moment")).toHaveLength(3);
  });

  // A longer run for the figures in docs/security.md: LOAD_SECONDS=10.
  it.each([
    ["POST", "/users/me/identities", {}, 401, "no_token"],
    [
      ...(["POST", "/auth/google"] as const),
      { origin: "https://evil.example" },
      ...([403, "origin_not_allowed"] as const),
    ],
  ])(
    "of %s %s without a rate limit cost two audit lines a minute and few log lines, and hide no other user's",
    async (_method, path, headers, status, reason) => {
      const since = await linesSince(one);
      const milliseconds = Number(process.env.LOAD_SECONDS ?? 2) * 1000;
      const startedAt = Date.now();
      const logged = one.logLines.length + other.logLines.length;
      let sent = 0;
      const client = async () => {
        while (Date.now() - startedAt < milliseconds) {
          const answer = await postWith(headers, one, path, {});
          expect(answer.status).toBe(status);
          sent += 1;
        }
      };
      await Promise.all(Array.from({ length: 20 }, client));
      // A rate-limited refusal in the middle of the flood.
      await postJson(one, "/team/sign-in", {});
      const trail = one.app.get(AuditTrail);
      trail["repeats"].end();
      await trail.flush();
      const lines = await since();
      const ofFlood = lines.filter((line) => line.reason === reason);
      const more = one.logLines.length + other.logLines.length - logged;
      process.stdout.write(
        `${path}: ${sent} refused in ${milliseconds} ms: ${ofFlood.length} audit lines, ${more} log lines\n`,
      );
      expect(ofFlood.length).toBeLessThanOrEqual(4);
      const known = ofFlood.reduce(
        (sum, { details }) => sum + Number(details?.count ?? 1),
        0,
      );
      expect(known).toBe(sent);
      expect(lines.filter((line) => line.reason === "at_once")).toHaveLength(1);
      expect(more).toBeLessThan(1000);
    },
    60_000,
  );
});
