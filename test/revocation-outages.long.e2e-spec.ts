import { setTimeout as delay } from "node:timers/promises";
import { Clock } from "../src/common/clock.port";
import { newAccount } from "../src/testing/google/accounts";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { SteppedClock } from "../src/testing/stepped-clock";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { Program } from "./support/programs";
import { getWithToken, postJson, signIn } from "./support/requests";
import { query } from "./support/rows";
import { TcpProxy } from "./support/tcp-proxy";

describe("revocations during outages", () => {
  let google: GoogleEmulator;
  let database: TestDatabase;
  let one: TestService;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    one = await TestService.start(google, { database });
  });

  afterAll(async () => {
    await one.stop();
    await database.destroy();
    await google.stop();
  });

  const newSession = async () =>
    signIn(one, await google.idToken({ account: newAccount() }));
  const logout = (accessToken: string) =>
    one.fetch("/auth/logout", {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}` },
    });

  /** An instance in a separate process. */
  const spawned = async (port: number, env: Record<string, string> = {}) => {
    const program = Program.start("src/main.ts", {
      cwd: process.cwd(),
      env: {
        NODE_ENV: "test",
        PORT: String(port),
        PUBLIC_URL: "https://service.example",
        LOG_LEVEL: "warn",
        SECRET_KEY: "only for tests: 8b1f4c0d9e7a6352f1e0",
        DATABASE_URL: database.url,
        ...google.environment(),
        ...env,
      },
    });
    await program.says("Listening on");
    const url = `http://127.0.0.1:${port}`;
    return {
      program,
      me: (accessToken: string) =>
        fetch(`${url}/users/me`, {
          headers: { authorization: `Bearer ${accessToken}` },
        }),
      refresh: (refreshToken: unknown) =>
        fetch(`${url}/auth/refresh`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ refreshToken }),
        }),
    };
  };

  it("a paused instance reads them before it responds to any request", async () => {
    const session = await newSession();
    const paused = await spawned(24_310);
    try {
      expect((await paused.me(session.accessToken)).status).toBe(200);
      paused.program.signal("SIGSTOP");
      await logout(session.accessToken);
      // The request arrives before the process resumes.
      const answer = paused.me(session.accessToken);
      await delay(1500);
      paused.program.signal("SIGCONT");
      expect((await answer).status).toBe(401);
    } finally {
      paused.program.signal("SIGKILL");
      await paused.program.ended();
    }
  });

  it("a client can retry a refresh when the service is killed between commit and response", async () => {
    const { body } = await newSession();
    const network = await TcpProxy.to(database.url);
    const killed = await spawned(24_320, { DATABASE_URL: network.url });
    const rotated = async () => {
      const [row] = await query<{ generation: number }>(
        one,
        "SELECT generation FROM google_auth.sessions WHERE id = $1",
        [body.sessionId],
      );
      return row?.generation === 2;
    };
    try {
      // Postgres receives statements, but its responses no longer arrive.
      network.pauseAnswers();
      const unanswered = killed.refresh(body.refreshToken).catch(() => "lost");
      while (!(await rotated())) await delay(10);
      killed.program.signal("SIGKILL");
      expect(await unanswered).toBe("lost");
    } finally {
      killed.program.signal("SIGKILL");
      await killed.program.ended();
      await network.stop();
    }
    const { refreshToken } = body;
    const retry = await postJson(one, "/auth/refresh", { refreshToken });
    expect(retry.status).toBe(200);
    const next = await postJson(one, "/auth/refresh", {
      refreshToken: retry.body.refreshToken,
    });
    expect(next.status).toBe(200);
  });

  it("without the database, sessions are accepted for a minute and then refused; readiness fails, and it recovers by itself", async () => {
    const network = await TcpProxy.to(database.url);
    const clock = new SteppedClock();
    const service = await TestService.start(google, {
      database,
      env: { DATABASE_URL: network.url },
      providers: [{ provide: Clock, useValue: clock }],
    });
    const ready = async () =>
      (await service.fetch("/health/ready")).json() as Promise<{
        reason?: string;
        status: unknown;
      }>;
    const probe = async (accessToken: string) => {
      const answer = await getWithToken(service, "/auth/sessions", accessToken);
      return answer.body.reason;
    };
    try {
      const [kept, ended] = [await newSession(), await newSession()];
      await network.cut();
      await logout(ended.accessToken);
      // The guard accepts the token; then the route itself has no database.
      expect(await probe(kept.accessToken)).toBe("database_unavailable");
      clock.step(61);
      expect(await probe(kept.accessToken)).toBe("revocations_unknown");
      expect((await ready()).reason).toContain("revocations");
      await network.restore();
      while ((await ready()).status !== "ok") await delay(50);
      const answer = await getWithToken(service, "/users/me", kept.accessToken);
      expect(answer.status).toBe(200);
      expect(await probe(ended.accessToken)).toBe("session_ended");
    } finally {
      await service.stop();
      await network.stop();
    }
  });

  it("an instance that was cut off refuses what was ended meanwhile within 0.3 s", async () => {
    const network = await TcpProxy.to(database.url);
    const other = await TestService.start(google, {
      database,
      env: { DATABASE_URL: network.url },
    });
    const longest = { milliseconds: 0 };
    for (let round = 0; round < 5; round++) {
      const { accessToken } = await newSession();
      await network.cut();
      expect((await logout(accessToken)).status).toBe(204);
      // Long enough for a poll to fail.
      await delay(600 + 90 * round);
      await network.restore();
      const restoredAt = performance.now();
      let status = 0;
      while (status !== 401) {
        const answer = await getWithToken(other, "/users/me", accessToken);
        ({ status } = answer);
        expect([200, 401, 503]).toContain(status);
      }
      const milliseconds = performance.now() - restoredAt;
      longest.milliseconds = Math.max(longest.milliseconds, milliseconds);
    }
    expect(longest.milliseconds).toBeLessThan(300);
    await other.stop();
    await network.stop();
  });

  it("a database that stops responding delays one request by a second, not all", async () => {
    const network = await TcpProxy.to(database.url);
    const service = await TestService.start(google, {
      database,
      env: { DATABASE_URL: network.url },
      controllers: [],
    });
    try {
      const { accessToken } = await newSession();
      network.pause();
      await delay(1600);
      const startedAt = Date.now();
      const probe = () =>
        service.fetch("/auth/sessions/not-a-uuid", {
          method: "DELETE",
          headers: { authorization: `Bearer ${accessToken}` },
        });
      expect((await probe()).status).toBe(404);
      for (let count = 0; count < 20; count++) {
        expect((await probe()).status).toBe(404);
      }
      expect(Date.now() - startedAt).toBeLessThan(2500);
    } finally {
      network.resume();
      await service.stop();
      await network.stop();
    }
  });
});
