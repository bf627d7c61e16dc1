import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import {
  EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded-postgres";
import { isRunning } from "./embedded/processes";

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? it : it.skip;

let folder: string;
let dataDir: string;

const makeFolder = () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "embedded-")));
  chmodSync(folder, 0o755);
  dataDir = join(folder, ".data/postgres");
};
const removeFolder = async () => {
  await EmbeddedPostgres.destroy(dataDir);
  rmSync(folder, { recursive: true });
};
const start = (more: Partial<EmbeddedPostgresOptions> = {}) =>
  EmbeddedPostgres.start({ dataDir, durable: false, ...more });
const serverPid = (home = dataDir) =>
  Number.parseInt(
    readFileSync(join(home, "cluster/postmaster.pid"), "utf8"),
    10,
  );
/** The first column of the first row. */
const ask = async (url: string, text: string): Promise<unknown> => {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
};

describe("an embedded Postgres in a new folder", () => {
  beforeEach(makeFolder);
  afterEach(removeFolder);

  it("is created, kept and deleted when it is started, restarted and destroyed", async () => {
    const first = await start({ durable: true });
    expect(first.origin).toBe("created");
    expect(first.url).toMatch(
      /^postgresql:\/\/postgres:[\w-]{32}@127\.0\.0\.1:\d+\//,
    );
    expect(await ask(first.url, "SELECT current_database()")).toBe(
      "nest_google_auth",
    );
    expect(await ask(first.url, "SHOW fsync")).toBe("on");
    await ask(first.url, "CREATE TABLE kept (id int)");
    const pid = serverPid();
    await first.stop();
    await first.stop();
    expect(isRunning(pid)).toBe(false);

    const second = await start();
    expect(second).toMatchObject({ origin: "started", url: first.url });
    expect(await ask(second.url, "SELECT count(*) FROM kept")).toBe("0");
    expect(await ask(second.url, "SHOW fsync")).toBe("off");
    const secondPid = serverPid();

    await EmbeddedPostgres.destroy(dataDir);
    expect(isRunning(secondPid)).toBe(false);
    expect(readdirSync(join(folder, ".data"))).toEqual([]);
    await expect(second.stop()).resolves.toBeUndefined();
    expect(existsSync(dataDir)).toBe(false);
  });

  it("is created again if the creation was interrupted", async () => {
    mkdirSync(join(dataDir, "init-dead/cluster"), { recursive: true });
    writeFileSync(join(dataDir, "init-dead/cluster/PG_VERSION"), "18\n");
    writeFileSync(join(dataDir, "password"), "of the interrupted one\n");

    const postgres = await start();
    expect(postgres.origin).toBe("created");
    expect(readdirSync(dataDir).join()).not.toContain("init-");
    await postgres.stop();
  });

  asRoot("is in another folder if only root can enter its own", async () => {
    chmodSync(folder, 0o700);
    const messages: string[] = [];
    const first = await start({ onProgress: (text) => messages.push(text) });
    const home = readFileSync(join(dataDir, "cluster-is-in"), "utf8").trim();
    expect(messages[0]).toContain(home);
    const pid = serverPid(home);
    const joined = await start();
    expect(joined.origin).toBe("adopted");
    await joined.stop();

    // Like `rm -rf .data` while the server is running.
    rmSync(dataDir, { recursive: true });
    await first.stop();
    const second = await start();
    expect(second.origin).toBe("created");
    await second.stop();
    await EmbeddedPostgres.destroy(dataDir);
    expect([isRunning(pid), existsSync(home)]).toEqual([false, false]);
  });
});

describe("an existing embedded Postgres", () => {
  const restores: (() => void)[] = [];
  /** Replaces a file until the end of the test; `undefined` removes it. */
  const damage = (name: string, content?: string) => {
    const file = join(dataDir, name);
    renameSync(file, `${file}.whole`);
    if (content !== undefined) {
      const { uid, gid } = statSync(`${file}.whole`);
      writeFileSync(file, content);
      if (isRoot) chownSync(file, uid, gid);
    }
    restores.push(() => renameSync(`${file}.whole`, file));
  };

  beforeAll(async () => {
    makeFolder();
    await (await start()).stop();
  });
  afterEach(() => restores.splice(0).forEach((restore) => restore()));
  afterAll(removeFolder);

  it("is not accessible to others", async () => {
    const postgres = await start();
    const guess = new URL(postgres.url);
    guess.password = "wrong";

    await expect(ask(guess.href, "SELECT 1")).rejects.toMatchObject({
      code: "28P01",
    });
    expect(await ask(postgres.url, "SHOW listen_addresses")).toBe("127.0.0.1");
    expect(await ask(postgres.url, "SHOW unix_socket_directories")).toBe("");
    expect(statSync(join(dataDir, "password")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "cluster")).mode & 0o777).toBe(0o700);
    if (isRoot) expect(statSync(join(dataDir, "cluster")).uid).not.toBe(0);
    await postgres.stop();
  });

  it("sorts by code point and handles letters beyond ASCII", async () => {
    const postgres = await start();
    const { url } = postgres;

    expect(await ask(url, "SHOW server_encoding")).toBe("UTF8");
    expect(await ask(url, "SELECT 'Z' < 'a'")).toBe(true);
    if (Number(await ask(url, "SHOW server_version_num")) >= 170_000) {
      expect(await ask(url, "SELECT lower('ÄÖ')")).toBe("äö");
    }
    await postgres.stop();
  });

  it("is shared if one process starts it twice, until the last stop", async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect([one.origin, two.origin].sort()).toEqual(["adopted", "started"]);
    const pid = serverPid();

    await one.stop();
    expect(await ask(two.url, "SELECT 1")).toBe(1);
    await two.stop();
    expect(isRunning(pid)).toBe(false);
  });

  it("starts if a dead server's pid now belongs to another process", async () => {
    // Not this process, because Postgres ignores the pid of its parent.
    const bystander = spawn(process.execPath, [
      "-e",
      "setInterval(() => {}, 1e6)",
    ]);
    restores.push(() => void bystander.kill("SIGKILL"));
    const lines = [
      bystander.pid,
      join(dataDir, "cluster"),
      "1763712000\n1\n\n127.0.0.1\n1 1\nready",
    ];
    writeFileSync(join(dataDir, "cluster/postmaster.pid"), lines.join("\n"));

    const postgres = await start();
    expect(postgres.origin).toBe("started");
    expect(bystander.exitCode).toBeNull();
    await postgres.stop();
  });

  it("starts on another port if the last one is taken", async () => {
    const first = await start();
    await first.stop();
    const { port } = new URL(first.url);
    const squatter = createServer().listen(Number(port), "127.0.0.1");

    const second = await start();
    expect(new URL(second.url).port).not.toBe(port);
    await second.stop();
    squatter.close();
  });

  it("says what to do if another major version created it", async () => {
    damage("cluster/PG_VERSION", "12\n");

    await expect(start()).rejects.toThrow(
      /--reset[^]+by PostgreSQL version 12/,
    );
  });

  it("says what to do if its password is lost", async () => {
    damage("password");

    await expect(start()).rejects.toThrow(/password is missing.+--reset/);
  });

  it("shows the end of the log and cleans up if the server does not start", async () => {
    damage("cluster/postgresql.conf", "no_such_setting = 1\n");

    await expect(start()).rejects.toThrow("no_such_setting");
    expect(readdirSync(dataDir)).not.toContain("lock");
    expect(readdirSync(join(dataDir, "leases"))).toEqual([]);
  });
});
