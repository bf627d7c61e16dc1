import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { EmbeddedPostgres } from "./embedded-postgres";
import { isRunning, waitUntil } from "./embedded/processes";

const onPosix = process.platform === "win32" ? it.skip : it;
const minuteMilliseconds = 60_000;

// Every child compiles TypeScript, which is slow on a busy machine.
jest.setTimeout(2 * minuteMilliseconds);

/** A program that starts the server, reports it, and then runs `then`. */
const program = (dataDir: string, then: string) => `
  const { EmbeddedPostgres } = require(${JSON.stringify(resolve(__dirname, "embedded-postgres"))});
  EmbeddedPostgres.start({ dataDir: ${JSON.stringify(dataDir)}, durable: false }).then((postgres) => {
    console.log(JSON.stringify({ url: postgres.url, origin: postgres.origin }));
    ${then}
  });
`;
const stay = "setInterval(() => {}, 60_000);";

/** Exits while the server is starting, before it is reported. */
const exitWhileStarting = (dataDir: string) => `
  const { existsSync } = require("node:fs");
  const file = ${JSON.stringify(join(dataDir, "cluster/postmaster.pid"))};
  setInterval(() => existsSync(file) && process.exit(0), 1);
  ${program(dataDir, "process.exit(1);")}
`;

describe("an embedded Postgres that several processes use", () => {
  let dataDir: string;
  /**
   * A temporary folder for the children only, so other tests cannot leave files
   * in it.
   */
  let temporary: string;
  let children: ChildProcess[];

  beforeAll(async () => {
    dataDir = realpathSync(mkdtempSync(join(tmpdir(), "processes-")));
    chmodSync(dataDir, 0o755);
    temporary = mkdtempSync(join(tmpdir(), "temporary-"));
    chmodSync(temporary, 0o777);
    await (await start()).stop();
  });
  beforeEach(() => (children = []));
  afterEach(async () => {
    for (const child of children) await kill(child);
    await (await start()).stop();
  });
  afterAll(async () => {
    await EmbeddedPostgres.destroy(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
    rmSync(temporary, { recursive: true });
  });

  const start = () => EmbeddedPostgres.start({ dataDir, durable: false });
  const run = (then: string, source = program(dataDir, then)) => {
    const child = spawn(
      process.execPath,
      ["-r", "@swc-node/register", "-e", source],
      {
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, TMPDIR: temporary, TEMP: temporary },
      },
    );
    children.push(child);
    return child;
  };
  /** What a process reports about its server. */
  const report = async (child: ChildProcess) => {
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    const [line] = (await once(lines, "line")) as [string];
    return JSON.parse(line) as { url: string; origin: string };
  };
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const serverPid = () =>
    Number.parseInt(
      readFileSync(join(dataDir, "cluster/postmaster.pid"), "utf8"),
      10,
    );
  const ended = (pid: number) =>
    waitUntil(() => !isRunning(pid), minuteMilliseconds);
  /** The command lines of all processes that contain the data directory. */
  const processes = () =>
    spawnSync("ps", ["-A", "-ww", "-o", "stat=,args="], { encoding: "utf8" })
      .stdout.split("\n")
      .filter((line) => line.includes(dataDir) && !line.startsWith("Z"));

  /** Resolves once no process of the data directory is left. */
  const quiet = () =>
    waitUntil(() => processes().length === 0, minuteMilliseconds);
  const leftBehind = () =>
    // The TypeScript loader keeps its cache there.
    readdirSync(temporary).filter((name) => !name.startsWith("swc-node-"));

  it("can be joined after its only user was killed, and is stopped by the new user", async () => {
    const child = run(stay);
    const { url } = await report(child);
    const pid = serverPid();
    await kill(child);

    const postgres = await start();
    expect(postgres).toMatchObject({ url, origin: "adopted" });
    expect(serverPid()).toBe(pid);
    await postgres.stop();
    expect(isRunning(pid)).toBe(false);
  });

  onPosix(
    "stops by itself without leftovers after its only user was killed",
    async () => {
      const child = run(stay);
      await report(child);
      const pid = serverPid();
      await kill(child);

      expect(await ended(pid)).toBe(true);
      expect(await quiet()).toBe(true);
      expect(leftBehind()).toEqual([]);
      expect(readdirSync(dataDir)).not.toContain("lock");
    },
  );

  onPosix("stops after its last user was killed, and not before", async () => {
    const [one, two] = [run(stay), run(stay)];
    await Promise.all([report(one), report(two)]);
    const pid = serverPid();
    await kill(one);
    const leases = () => readdirSync(join(dataDir, "leases")).length;
    // The watchdog has detected it, and keeps watching.
    expect(await waitUntil(() => leases() === 1, minuteMilliseconds)).toBe(
      true,
    );
    expect(isRunning(pid)).toBe(true);

    await kill(two);
    expect(await ended(pid)).toBe(true);
  });

  onPosix("leaves no process and no temporary file after a stop", async () => {
    const child = run("postgres.stop();");
    await report(child);
    await once(child, "exit");

    expect(await quiet()).toBe(true);
    expect(leftBehind()).toEqual([]);
  });

  it("is created once if two processes start it at the same time in a new folder", async () => {
    await EmbeddedPostgres.destroy(dataDir);
    const both = await Promise.all([report(run(stay)), report(run(stay))]);

    expect(both.map(({ origin }) => origin).sort()).toEqual([
      "adopted",
      "created",
    ]);
    expect(both[0].url).toBe(both[1].url);
  });

  it("keeps running while another process uses it", async () => {
    const postgres = await start();
    const child = run("postgres.stop();");
    await report(child);
    await once(child, "exit");

    expect(isRunning(serverPid())).toBe(true);
    await postgres.stop();
  });

  it.each([
    ["process.exit() is called", "process.exit(3);"],
    [
      "an exception is not caught",
      "setImmediate(() => { throw new Error() });",
    ],
    ["the event loop is empty", ""],
  ])("is stopped when %s", async (_when, then) => {
    const child = run(then);
    await report(child);
    const pid = serverPid();

    expect(await ended(pid)).toBe(true);
    expect(await quiet()).toBe(true);
    expect(readdirSync(dataDir)).not.toContain("lock");
    expect(readdirSync(join(dataDir, "leases"))).toEqual([]);
  });

  it("is stopped when its user exits during the start", async () => {
    const child = run("", exitWhileStarting(dataDir));
    const pid = await waitUntil(() => {
      try {
        return serverPid() || undefined;
      } catch {
        return undefined;
      }
    }, minuteMilliseconds);
    const [code] = (await once(child, "exit")) as [number];

    expect(code).toBe(0);
    expect(await ended(pid ?? 0)).toBe(true);
  });

  it("starts again after server and user were killed", async () => {
    const child = run(stay);
    await report(child);
    await kill(child);
    process.kill(serverPid(), "SIGKILL");

    const postgres = await start();
    expect(postgres.origin).toBe("started");
    await postgres.stop();
  });

  it("is not deleted while another process uses it", async () => {
    const child = run(stay);
    await report(child);

    await expect(EmbeddedPostgres.destroy(dataDir)).rejects.toThrow(
      `Process ${child.pid} is using the database`,
    );
  });

  onPosix("does not receive Ctrl-C of its user's terminal", async () => {
    await report(run(stay));
    const pid = serverPid();
    const { stdout } = spawnSync("ps", ["-o", "pgid=", "-p", String(pid)]);

    // Ctrl-C goes to a process group, and the server has its own.
    expect(Number(String(stdout))).toBe(pid);
  });
});
