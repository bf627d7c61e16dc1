import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { TestDatabase } from "../src/testing/test-database";

const users = 100_000;
const root = resolve(__dirname, "..");

describe(`the import of ${users} users`, () => {
  let folder: string;
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "import-"));
    database = await TestDatabase.create();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.destroy();
    rmSync(folder, { recursive: true });
  });

  /** The real program, with less memory than the whole file would need. */
  async function run(...args: readonly string[]): Promise<string> {
    const flags = ["--max-old-space-size=160", "-r", "@swc-node/register"];
    const program = [...flags, join(root, "src/cli.ts"), "import", ...args];
    const { stdout } = await promisify(execFile)(process.execPath, program, {
      cwd: root,
      env: { ...process.env, DATABASE_URL: database.url },
    });
    return stdout;
  }

  const counts = async () => {
    const { rows } = await client.query<object>(
      `SELECT (SELECT count(*)::int FROM google_auth.users) AS users,
        (SELECT count(*)::int FROM google_auth.identities) AS identities,
        (SELECT count(*)::int FROM google_auth.audit_events) AS events`,
    );
    return rows[0];
  };

  it("takes less than a minute, little memory, and changes nothing the second time", async () => {
    const file = join(folder, "users.json");
    const userOf = (n: number) => ({
      ...{ localId: `local-${n}`, email: `user${n}@gmail.com` },
      ...{ emailVerified: true, displayName: "Ada ".repeat(100) },
      ...{
        createdAt: String(1_600_000_000_000 + n),
        passwordHash: "=".repeat(500),
      },
      providerUserInfo: [
        { providerId: "google.com", rawId: `1${String(n).padStart(20, "0")}` },
      ],
    });
    const list = Array.from({ length: users }, (_, n) =>
      JSON.stringify(userOf(n), null, 2),
    );
    writeFileSync(file, `{"users": [\n${list.join(",\n")}\n]}`);

    const start = Date.now();
    const first = await run("--from", "firebase", file);
    const seconds = (Date.now() - start) / 1000;
    expect(first).toContain("100,000 created");
    expect(seconds).toBeLessThan(60);
    const all = { users, identities: users, events: users };
    expect(await counts()).toEqual(all);

    const second = await run("--from", "firebase", file);
    expect(second).toContain("100,000 known already");
    expect(await counts()).toEqual(all);
  }, 240_000);
});
