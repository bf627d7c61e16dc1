import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { doctorCommand } from "../src/service/cli/doctor.command";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { googlePaths } from "../src/testing/google/emulator.routes";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { type Outcome, runCommand } from "./support/command-run";

const secretKey = "only for tests: 8b1f4c0d9e7a6352f1e0";

interface Report {
  readonly healthy: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly status: string;
    readonly text: string;
    readonly remedy: string | null;
  }[];
}

describe("the doctor command", () => {
  let cwd: string;
  let google: GoogleEmulator;
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "doctor-"));
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    // A service creates the keys.
    const env = { SECRET_KEY: secretKey };
    await using service = await TestService.start(google, { database, env });
    expect((await service.fetch("/health/ready")).status).toBe(200);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterEach(() => {
    google.clearFaults();
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    await client.end();
    await database.destroy();
    await google.stop();
    rmSync(cwd, { recursive: true });
  });

  function run(
    env: Record<string, string> = {},
    ...args: string[]
  ): Promise<Outcome> {
    return runCommand(doctorCommand, {
      cwd,
      args,
      env: {
        DATABASE_URL: database.url,
        SECRET_KEY: secretKey,
        ...google.environment(),
        ...env,
      },
    });
  }

  /** The status and text of every finding of a check, from `--json`. */
  async function findings(check: string, env: Record<string, string> = {}) {
    const { status, stdout } = await run(env, "--json");
    const report = JSON.parse(stdout) as Report;
    expect(report.healthy).toBe(status === 0);
    return report.findings
      .filter((finding) => finding.check === check)
      .map((finding) => [
        finding.status,
        [finding.text, finding.remedy ?? ""].join(". "),
      ]);
  }

  const text = (part: string | RegExp) =>
    expect.stringMatching(part) as unknown as string;

  it("prints one line per check, in order, and changes nothing", async () => {
    const rows = () =>
      client.query<object>("SELECT * FROM google_auth.signing_keys");
    const before = await rows();
    const { status, stdout, stderr } = await run();
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((line) => !line.startsWith("✔ "))).toEqual([]);
    expect(lines.map((line) => line.slice(2).split(/ {2,}/)[0])).toEqual([
      ...["configuration", "proxies", "database", "encoding", "clock"],
      ...["schema", "signing keys", "google", "clock"],
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    expect((await rows()).rows).toEqual(before.rows);
    for (const secret of [secretKey, new URL(database.url).password]) {
      expect(stdout).not.toContain(secret);
    }
  });

  it("lists exactly the problems of the environment", async () => {
    const { status, stdout } = await run({
      PUBLIC_URL: "ftp://example.com",
      DATABASE_POOL_SIZE: "0",
    });
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      text(/^✖ configuration {2}PUBLIC_URL must be /),
      text(/^✖ configuration {2}DATABASE_POOL_SIZE must be /),
    ]);
  });

  it("reports proxies that are not trusted, and a number of proxies without any", async () => {
    const PUBLIC_URL = "https://auth.example.com";
    const forgotten = await findings("proxies", { PUBLIC_URL });
    expect(forgotten).toEqual([
      ["warning", text(/share the proxy's rate limit.*Set TRUSTED_PROXIES/)],
    ]);
    const needless = await findings("proxies", { TRUSTED_PROXIES: "1" });
    expect(needless).toEqual([
      ["warning", text(/clients choose their address/)],
    ]);
    for (const TRUSTED_PROXIES of ["1", "10.0.0.0/8"]) {
      const env = { PUBLIC_URL, TRUSTED_PROXIES };
      expect(await findings("proxies", env)).toEqual([["ok", text(".")]]);
    }
  });

  it("distinguishes an unavailable database from one without tables, and hides the password", async () => {
    const gone = new URL(database.url);
    gone.port = "1";
    const { status, stdout } = await run({ DATABASE_URL: gone.href });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^✖ database .*ECONNREFUSED.*Check DATABASE_URL/m);
    expect(stdout).not.toContain(gone.password);
    expect(stdout).toMatch(/^✔ google /m);

    await using bare = await TestDatabase.create();
    const other = new Client({ connectionString: bare.url });
    await other.connect();
    await other.query("DROP SCHEMA google_auth CASCADE");
    const name = new URL(bare.url).pathname.slice(1);
    const env = { DATABASE_URL: bare.url };
    expect(await findings("schema", env)).toEqual([
      ["failed", text(/node dist\/cli\.js migrate/)],
    ]);
    expect(await findings("signing keys", env)).toEqual([["ok", text("none")]]);
    await other.query(
      `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
    );
    await other.end();
    expect(await findings("database", env)).toEqual([
      ["failed", text(/read-only.*primary/)],
    ]);
  });

  it("reports an encoding that cannot store every name", async () => {
    await client.query("DROP DATABASE IF EXISTS doctor_ascii");
    await client.query(
      "CREATE DATABASE doctor_ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    );
    const url = new URL(database.url);
    url.pathname = "/doctor_ascii";
    try {
      expect(await findings("encoding", { DATABASE_URL: url.href })).toEqual([
        ["failed", text(/SQL_ASCII.*ENCODING 'UTF8'/)],
      ]);
    } finally {
      await client.query("DROP DATABASE doctor_ascii WITH (FORCE)");
    }
  });

  it("reports keys encrypted with another SECRET_KEY, keys to re-encrypt, and old keys", async () => {
    const other = "quite another one: 0a9b8c7d6e5f4a3b2c";
    expect(await findings("signing keys", { SECRET_KEY: other })).toEqual([
      ["failed", text(/cannot be read with SECRET_KEY.*SECRET_KEY_PREVIOUS/)],
    ]);
    const changed = { SECRET_KEY: other, SECRET_KEY_PREVIOUS: secretKey };
    expect(await findings("signing keys", changed)).toEqual([
      ["warning", text("keep SECRET_KEY_PREVIOUS")],
    ]);
    await client.query(
      "UPDATE google_auth.signing_keys SET not_before = now() - interval '40 days' WHERE state = 'current'",
    );
    expect(await findings("signing keys")).toEqual([
      ["warning", text(/for 40 days, but SIGNING_KEY_ROTATION_DAYS is 30/)],
    ]);
    const manual = { SIGNING_KEY_ROTATION_DAYS: "off" };
    expect(await findings("signing keys", manual)).toEqual([
      ["ok", text("for 40 days")],
    ]);
  });

  it("reports that Google is unavailable at the configured URL", async () => {
    google.setFault(googlePaths.certs, { status: 500 });
    expect(await findings("google")).toEqual([
      ["failed", text(/127\.0\.0\.1:\d+: .*has status 500.*Allow connections/)],
    ]);
    const GOOGLE_CERTS_URL = "http://127.0.0.1:1/certs";
    expect(await findings("google", { GOOGLE_CERTS_URL })).toEqual([
      ["failed", text(/127\.0\.0\.1:1: .*/)],
    ]);
  });

  it("reports a machine's clock that differs from the database's", async () => {
    const now = Date.now.bind(Date);
    const offset = jest.spyOn(Date, "now");
    offset.mockImplementation(() => now() + 30_000);
    expect((await findings("clock"))[0]).toEqual([
      "warning",
      text(/30\.\d s ahead of the database's clock.*NTP/),
    ]);
    offset.mockImplementation(() => now() - 90_000);
    expect((await findings("clock"))[0]).toEqual([
      "failed",
      text(
        /90\.\d s behind the database's clock; at most 60 s are tolerated.*NTP/,
      ),
    ]);
  });

  it("reports a machine's clock that differs from Google's, allowing for a cached response", async () => {
    const relay = await Relay.of(google.environment().GOOGLE_CERTS_URL ?? "");
    try {
      const GOOGLE_CERTS_URL = relay.url;
      const [, fromCache] = await findings("clock", { GOOGLE_CERTS_URL });
      expect(fromCache).toEqual(["ok", "agrees with Google's clock. "]);
      relay.age = 570;
      const [, slow] = await findings("clock", { GOOGLE_CERTS_URL });
      expect(slow).toEqual(["warning", text("ahead of Google's clock")]);
      relay.age = 0;
      const [, late] = await findings("clock", { GOOGLE_CERTS_URL });
      expect(late).toEqual(["failed", text("ahead of Google's clock")]);
    } finally {
      await relay.stop();
    }
  });

  it("exits with 2 on wrong usage", async () => {
    const { status, stderr } = await run({}, "--no-such-option");
    expect([status, stderr]).toEqual([2, text("unknown option")]);
  });
});

/** Forwards the certificates with a `Date` of ten minutes ago. */
class Relay {
  /** The age of the response, in seconds. */
  age = 600;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async of(certsUrl: string): Promise<Relay> {
    const certificates = await (await fetch(certsUrl)).text();
    const server = createServer((_, response) => {
      response
        .writeHead(200, {
          date: new Date(Date.now() - 600_000).toUTCString(),
          age: String(relay.age),
        })
        .end(certificates);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const relay = new Relay(server, `http://127.0.0.1:${port}/certs`);
    return relay;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
