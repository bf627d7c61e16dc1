import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { EmbeddedPostgres } from "../src/database/embedded-postgres";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { TestDatabase } from "../src/testing/test-database";
import { Program } from "./support/programs";

describe("starting from the command line", () => {
  let cwd: string;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "start-"));
    chmodSync(cwd, 0o755);
  });

  afterEach(async () => {
    await EmbeddedPostgres.destroy(join(cwd, ".data/demo/postgres"));
    await EmbeddedPostgres.destroy(join(cwd, ".data/postgres"));
    rmSync(cwd, { recursive: true });
  });

  /** Whether a Postgres of this folder is still running. */
  const isRunning = (dataDir: string) =>
    existsSync(join(cwd, dataDir, "cluster/postmaster.pid"));

  describe("the demo", () => {
    it("uses the next port if its own is taken, and stops with Ctrl-C", async () => {
      const squatter = createServer().listen(23100, "127.0.0.1");
      try {
        const demo = Program.start("src/demo/demo.ts", {
          cwd,
          args: ["--port", "23100"],
        });
        await demo.says("Ctrl-C stops everything.");
        expect(demo.stdout).toContain("http://127.0.0.1:23101");
        demo.signal("SIGINT");
        expect(await demo.ended()).toBe(0);
        expect(demo.stdout).toContain("nothing is left running");
        expect(isRunning(".data/demo/postgres")).toBe(false);
      } finally {
        squatter.close();
      }
    });

    it("refuses to run in production", async () => {
      const demo = Program.start("src/demo/demo.ts", {
        cwd,
        env: { NODE_ENV: "production" },
      });
      expect(await demo.ended()).toBe(1);
      expect(demo.stderr).toContain("does not run with NODE_ENV=production");
      expect(existsSync(join(cwd, ".data"))).toBe(false);
    });
  });

  describe("the service", () => {
    let google: GoogleEmulator;

    beforeAll(async () => {
      google = await GoogleEmulator.start();
    });

    afterAll(() => google.stop());

    it("starts with only the client ids set, and stops on SIGTERM", async () => {
      const service = Program.start("src/main.ts", {
        cwd,
        env: { PORT: "0", ...google.environment() },
      });
      await service.says("Listening on");
      const url = /Listening on (\S+)/.exec(service.stderr)?.[1];
      const ready = await fetch(`${url}/health/ready`);
      expect(ready.status).toBe(200);
      service.signal("SIGTERM");
      expect(await service.ended()).toBe(0);
      expect(isRunning(".data/postgres")).toBe(false);
      const secret = readFileSync(join(cwd, ".data/secret-key"), "utf8");
      expect(service.stdout + service.stderr).not.toContain(secret.trim());
    });

    it("lists every problem of the environment at once and does not start", async () => {
      const service = Program.start("src/main.ts", {
        cwd,
        env: {
          GOOGLE_CLIENT_IDS: " , ",
          PORT: "sesame",
          SECRET_KEY: "short-1",
        },
      });
      expect(await service.ended()).toBe(1);
      expect(service.stderr).toContain("3 problems");
      for (const name of ["GOOGLE_CLIENT_IDS", "PORT", "SECRET_KEY"]) {
        expect(service.stderr).toContain(`- ${name} must be`);
      }
      expect(service.stderr).not.toMatch(/sesame|short-1/);
      expect(existsSync(join(cwd, ".data"))).toBe(false);
    });

    it.each(["src/main.ts", "src/demo/dev.ts", "src/demo/demo.ts"])(
      "%s --help prints the usage and starts nothing",
      async (file) => {
        const program = Program.start(file, { cwd, args: ["--help"] });
        expect(await program.ended()).toBe(0);
        expect(program.stdout).toMatch(/^Usage: npm (?:start|run \w+) --/);
        expect(existsSync(join(cwd, ".data"))).toBe(false);
      },
    );

    it("names a port that is taken, and what to do", async () => {
      const squatter = createServer().listen(23300, "127.0.0.1");
      const database = await TestDatabase.create();
      try {
        const service = Program.start("src/main.ts", {
          cwd,
          env: {
            PORT: "23300",
            DATABASE_URL: database.url,
            ...google.environment(),
          },
        });
        expect(await service.ended()).toBe(1);
        expect(service.stderr).toContain("Port 23300 is taken");
      } finally {
        squatter.close();
        await database.destroy();
      }
    });

    it("names the command for a database without the schema, and starts after it", async () => {
      const database = await TestDatabase.create();
      try {
        const client = new Client({ connectionString: database.url });
        await client.connect();
        await client.query("DROP SCHEMA google_auth CASCADE");
        await client.end();
        const env = {
          PORT: "0",
          DATABASE_URL: database.url,
          ...google.environment(),
        };
        const refused = Program.start("src/main.ts", { cwd, env });
        expect(await refused.ended()).toBe(1);
        expect(refused.stderr).toContain("node dist/cli.js migrate");
        const migrate = Program.start("src/cli.ts", {
          cwd,
          args: ["migrate"],
          env: { DATABASE_URL: database.url },
        });
        expect(await migrate.ended()).toBe(0);
        const service = Program.start("src/main.ts", { cwd, env });
        await service.says("Listening on");
        service.signal("SIGTERM");
        expect(await service.ended()).toBe(0);
      } finally {
        await database.destroy();
      }
    });
  });
});
