import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgres } from "../src/database/embedded-postgres";
import { Program } from "./support/programs";

interface DemoReport {
  readonly ok: boolean;
  readonly checks: readonly { name: string; ok: boolean }[];
  readonly curl: readonly { command: string }[];
}

describe("the demo", () => {
  let cwd: string;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "demo-"));
    chmodSync(cwd, 0o755);
  });

  afterEach(async () => {
    await EmbeddedPostgres.destroy(join(cwd, ".data/demo/postgres"));
    rmSync(cwd, { recursive: true });
  });

  /** Whether its Postgres is still running. */
  const isRunning = () =>
    existsSync(join(cwd, ".data/demo/postgres/cluster/postmaster.pid"));

  it("checks itself, reports as JSON, and leaves nothing running", async () => {
    const demo = Program.start("src/demo/demo.ts", {
      cwd,
      args: ["--check", "--json", "--port", "23000"],
    });
    expect(await demo.ended()).toBe(0);
    const report = JSON.parse(demo.stdout) as DemoReport;
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ ok }) => ok)).toEqual(
      Array.from({ length: 12 }, () => true),
    );
    expect(report.curl).toHaveLength(4);
    expect(isRunning()).toBe(false);
  });

  it("starts after a killed demo left its files and Postgres", async () => {
    const args = ["--check", "--port", "23200"];
    const killed = Program.start("src/demo/demo.ts", {
      cwd,
      args: ["--port", "23200"],
    });
    await killed.says("Ctrl-C stops everything.");
    killed.signal("SIGKILL");
    await killed.ended();
    expect(isRunning()).toBe(true);
    const next = Program.start("src/demo/demo.ts", { cwd, args });
    expect(await next.ended()).toBe(0);
    expect(isRunning()).toBe(false);
  });
});
