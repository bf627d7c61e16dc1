import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgres } from "../src/database/embedded-postgres";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { Program } from "./support/programs";

describe("a service that receives SIGTERM", () => {
  let cwd: string;
  let google: GoogleEmulator;

  beforeAll(async () => {
    google = await GoogleEmulator.start();
  });
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "shutdown-"));
    chmodSync(cwd, 0o755);
  });
  afterEach(async () => {
    await EmbeddedPostgres.destroy(join(cwd, ".data/postgres"));
    rmSync(cwd, { recursive: true });
  });
  afterAll(() => google.stop());

  const start = async (env: Record<string, string>) => {
    const program = Program.start("src/main.ts", {
      cwd,
      env: { PORT: "0", ...google.environment(), ...env },
    });
    await program.says("Listening on");
    const url = /Listening on (\S+)/.exec(program.stderr)?.[1] ?? "";
    return { program, url };
  };
  const ask = (url: string, agent: Agent) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { agent }, (answer) => {
        answer.resume().on("end", () => resolve(answer));
      }).on("error", reject);
    });
  /** Polls until readiness is 503. */
  const untilNotReady = async (url: string, agent: Agent) => {
    for (;;) {
      const answer = await ask(`${url}/health/ready`, agent);
      if (answer.statusCode === 503) return answer;
    }
  };

  it("is not ready at once, keeps serving, and resets no connection", async () => {
    const database = await TestDatabase.create();
    const { program, url } = await start({
      DATABASE_URL: database.url,
      SHUTDOWN_DELAY_SECONDS: "2",
    });
    const agents = Array.from(
      { length: 8 },
      () => new Agent({ keepAlive: true, maxSockets: 1 }),
    );
    try {
      let isStopping = false;
      const statuses = new Set<number | undefined>();
      const clients = agents.map(async (agent) => {
        for (let left = 20; left > 0;) {
          const wasStopping = isStopping;
          const answer = await ask(`${url}/.well-known/jwks.json`, agent);
          statuses.add(answer.statusCode);
          if (!wasStopping) continue;
          expect(answer.headers.connection).toBe("close");
          left--;
        }
      });
      program.signal("SIGTERM");
      const startedAt = performance.now();
      const answer = await untilNotReady(url, new Agent({ keepAlive: true }));
      isStopping = true;
      expect(performance.now() - startedAt).toBeLessThan(1000);
      expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
      await Promise.all(clients);
      expect([...statuses]).toEqual([200]);
      expect(await program.ended()).toBe(0);
    } finally {
      for (const agent of agents) agent.destroy();
      await database.destroy();
    }
  });

  it("for the second time stops at once, together with its embedded database", async () => {
    const { program, url } = await start({ SHUTDOWN_DELAY_SECONDS: "300" });
    const pid = join(cwd, ".data/postgres/cluster/postmaster.pid");
    expect(existsSync(pid)).toBe(true);
    program.signal("SIGTERM");
    await untilNotReady(url, new Agent());
    program.signal("SIGTERM");
    expect(await program.ended()).toBe(0);
    expect(existsSync(pid)).toBe(false);
  });

  it("sends the idle timeout to clients, and prints its URL", async () => {
    const { program, url } = await start({
      KEEP_ALIVE_SECONDS: "610",
      PUBLIC_URL: "https://auth.example.com",
    });
    expect(program.stderr).toContain("Serving https://auth.example.com\n");
    expect(program.stdout).not.toContain("Mapped {");
    const answer = await ask(
      `${url}/health/live`,
      new Agent({ keepAlive: true }),
    );
    expect(answer.headers["keep-alive"]).toBe("timeout=610");
    program.signal("SIGINT");
    expect(await program.ended()).toBe(0);
  });
});
