import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { GoogleEmulator } from "../src/testing/google/emulator";
import { keysCommand } from "../src/service/cli/keys.command";
import { TestDatabase } from "../src/testing/test-database";
import { TestService } from "../src/testing/test-service";
import { runCommand } from "./support/command-run";

const secretKey = "only for tests: 8b1f4c0d9e7a6352f1e0";
const pem = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

interface ListedKey {
  readonly kid: string;
  readonly state: string;
  readonly algorithm: string;
  readonly publishedSince: string | null;
  readonly signsSince: string | null;
  readonly acceptedUntil: string | null;
}

describe("the keys commands", () => {
  let cwd: string;
  let google: GoogleEmulator;
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "keys-"));
    google = await GoogleEmulator.start();
    database = await TestDatabase.create();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  beforeEach(async () => {
    await client.query("DELETE FROM google_auth.signing_keys");
    // A service creates the keys.
    await using service = await TestService.start(google, {
      database,
      env: { SECRET_KEY: secretKey },
    });
    expect((await service.fetch("/health/ready")).status).toBe(200);
  });

  afterAll(async () => {
    await client.end();
    await database.destroy();
    await google.stop();
    rmSync(cwd, { recursive: true });
  });

  function run(args: string, env: Record<string, string> = {}) {
    return runCommand(keysCommand, {
      cwd,
      args: args.split(" "),
      env: { DATABASE_URL: database.url, SECRET_KEY: secretKey, ...env },
    });
  }

  async function kidOf(state: string): Promise<string> {
    const { rows } = await client.query<{ kid: string }>(
      "SELECT kid FROM google_auth.signing_keys WHERE state = $1",
      [state],
    );
    return rows[0]?.kid ?? "none";
  }

  async function ageKeys(): Promise<void> {
    await client.query(
      `UPDATE google_auth.signing_keys SET created_at = created_at - interval '1 h',
        not_before = not_before - interval '1 h'`,
    );
  }

  async function allRows(): Promise<unknown[]> {
    const { rows } = await client.query<object>(
      "SELECT * FROM google_auth.signing_keys ORDER BY kid",
    );
    return rows;
  }

  it("list the state of each key, as text and JSON, without private keys", async () => {
    await ageKeys();
    expect((await run("rotate")).status).toBe(0);
    const [table, json] = await Promise.all([run("list"), run("list --json")]);
    const keys = JSON.parse(json.stdout) as ListedKey[];
    const [lines, states] = [table.stdout, keys.map(({ state }) => state)];
    expect(states.sort()).toEqual(["current", "next", "previous"]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    for (const key of keys) {
      expect(lines).toMatch(new RegExp(`${key.kid} +${key.state} +ES256 `));
      expect(key).toEqual({
        kid: await kidOf(key.state),
        state: key.state,
        algorithm: "ES256",
        publishedSince: time,
        signsSince: key.state === "next" ? null : time,
        acceptedUntil: key.state === "previous" ? time : null,
      });
    }
  });

  it("refuse to rotate to a key that is not published long enough, and rotate once if run twice", async () => {
    const next = await kidOf("next");
    expect((await run(`remove ${next}`)).stdout).toContain(
      `The next key ${next} has been removed.\nA new one takes its place.`,
    );
    const early = await run("rotate");
    expect(early.status).toBe(1);
    expect(early.stderr).toMatch(/it may sign from \d{4}-.* on/);
    await ageKeys();
    const successor = await kidOf("next");
    const done = await run("rotate");
    expect(done.stdout).toContain(`Key ${successor} signs from now on`);
    const again = await run("rotate");
    expect([again.status, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toContain(
      `Nothing to do: key ${successor} has been signing`,
    );
    expect(await kidOf("current")).toBe(successor);
  });

  it("remove a leaked key by name, once, and print the consequences", async () => {
    const [current, next] = [await kidOf("current"), await kidOf("next")];
    const spared = await run(`remove ${current}`);
    expect(spared.status).toBe(1);
    expect(spared.stderr).toContain(`keys rotate --emergency ${current}`);
    const done = await run(`rotate --emergency ${current}`);
    expect(done.status).toBe(0);
    expect(done.stdout).toContain(
      "within 330 s by everyone who verifies with the JWKS",
    );
    expect(done.stdout).toContain(`Key ${next} signs from now on.`);
    expect(done.stdout).toContain("a cached JWKS may not contain it");
    const rows = await allRows();
    const again = await run(`rotate --emergency ${current}`);
    expect([again.status, again.stdout]).toEqual([1, ""]);
    expect(again.stderr).toContain(`There is no key ${current} (any more)`);
    expect(await allRows()).toEqual(rows);
  });

  it("change nothing under another SECRET_KEY, and work after a change of SECRET_KEY", async () => {
    await ageKeys();
    const rows = await allRows();
    const secret = "quite another one: 0a9b8c7d6e5f4a3b2c";
    const refused = await run("rotate", { SECRET_KEY: secret });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("Set that one as SECRET_KEY_PREVIOUS");
    expect(await allRows()).toEqual(rows);
    const changed = { SECRET_KEY: secret, SECRET_KEY_PREVIOUS: secretKey };
    expect((await run("rotate", changed)).status).toBe(0);
    const start = TestService.start(google, {
      database,
      env: { SECRET_KEY: secret },
    });
    await using service = await start;
    expect((await service.fetch("/health/ready")).status).toBe(200);
  });

  it("explain what to do if the key comes from the environment", async () => {
    const env = { SIGNING_KEY_PEM: pem.replaceAll("\n", "\\n") };
    const rows = await allRows();
    const [rotate, remove, list] = await Promise.all([
      run("rotate", env),
      run("rotate --emergency", env),
      run("list --json", env),
    ]);
    for (const { status, stdout, stderr } of [rotate, remove]) {
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("SIGNING_KEY_PEM_PREVIOUS and restart");
    }
    expect(JSON.parse(list.stdout)).toEqual([
      expect.objectContaining({ state: "current", algorithm: "ES256" }),
    ]);
    expect(list.stdout + list.stderr + rotate.stderr).not.toContain("PRIVATE");
    expect(await allRows()).toEqual(rows);
  });

  it("name the problem: no schema, no database, a weak key, no argument", async () => {
    await using bare = await TestDatabase.create();
    const other = new Client({ connectionString: bare.url });
    await other.connect();
    await other.query("DROP TABLE google_auth.signing_keys");
    await other.end();
    const nowhere = "postgresql://127.0.0.1:1/app";
    const outcomes = await Promise.all([
      run("list", { DATABASE_URL: bare.url }),
      run("list", { DATABASE_URL: nowhere }),
      run("list", { SIGNING_KEY_PEM: "sesame" }),
      run("remove"),
    ]);
    const advice = [
      "node dist/cli.js migrate",
      "ECONNREFUSED",
      "SIGNING_KEY_PEM must be an unencrypted PEM private key",
      "missing required argument 'kid'",
    ];
    for (const [index, { status, stdout, stderr }] of outcomes.entries()) {
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(advice[index]);
      expect(stderr).not.toContain("sesame");
    }
  });
});
