import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { newAccount } from "../src/testing/google/accounts";
import { csvColumns } from "../src/user-import/csv.source";
import { query } from "./support/rows";
import { countsOf, linesOf, useImport } from "./support/use-import";

const page = (name: string) =>
  readFileSync(resolve(__dirname, "../docs/migrating", `${name}.md`), "utf8");

/** The query of a guide. */
function documentedQuery(name: string): string {
  const [, text] = /^```sql\n([\s\S]*?)^```/m.exec(page(name)) ?? [];
  if (text === undefined) throw new Error(`${name}.md has no query`);
  return text;
}

const id = "4f6c1f5e-8a0c-4a8e-9a2f-6a1b7e0c9d11";
const account = newAccount();
const { sub } = account;

/** The other system's tables, with one user who signs in with Google and one who does not. */
const systems: Record<string, string[]> = {
  supabase: [
    "CREATE SCHEMA auth",
    `CREATE TABLE auth.users (id uuid PRIMARY KEY, email text,
      encrypted_password text, created_at timestamptz,
      last_sign_in_at timestamptz, banned_until timestamptz,
      deleted_at timestamptz)`,
    `CREATE TABLE auth.identities (id uuid DEFAULT gen_random_uuid(),
      provider_id text, user_id uuid, identity_data jsonb, provider text)`,
    `INSERT INTO auth.users VALUES
      ('${id}', 'ada@gmail.com', NULL, '2023-05-06 07:08:09Z', now()),
      (gen_random_uuid(), 'b@example.com', 'hash', now(), NULL)`,
    `INSERT INTO auth.identities (provider_id, user_id, provider, identity_data)
      VALUES ('${sub}', '${id}', 'google', '{ "sub": "${sub}",
        "email": "ada@gmail.com", "email_verified": true, "full_name": "Ada\\nL" }'),
      ('${id}', '${id}', 'email', '{}')`,
  ],
  "better-auth": [
    `CREATE TABLE "user" (id text, name text, email text,
      "emailVerified" boolean, image text, "createdAt" timestamp)`,
    `CREATE TABLE account ("accountId" text, "providerId" text,
      "userId" text, password text)`,
    `INSERT INTO "user" VALUES ('${id}', 'AdaL', 'ada@gmail.com', true, NULL,
      '2023-05-06 07:08:09'), ('b', 'B', 'b@example.com', false, NULL, now())`,
    `INSERT INTO account VALUES ('${sub}', 'google', '${id}', NULL),
      ('${id}', 'credential', '${id}', 'hash'), ('b', 'credential', 'b', 'hash')`,
  ],
  brocoders: [
    `CREATE TABLE role (id int, name text)`,
    `CREATE TABLE "user" (id int, email text, password text, provider text,
      "socialId" text, "firstName" text, "lastName" text, "roleId" int,
      "statusId" int, "createdAt" timestamp, "deletedAt" timestamp)`,
    `INSERT INTO role VALUES (1, 'Admin'), (2, 'User')`,
    `INSERT INTO "user" VALUES (1, 'ada@gmail.com', NULL, 'google', '${sub}',
      'AdaL', NULL, 2, 1, '2023-05-06 07:08:09', NULL),
      (2, 'b@example.com', 'hash', 'email', NULL, 'B', NULL, 1, 1, now(), NULL)`,
  ],
};

describe("the guides for moving in", () => {
  const site = useImport();

  afterEach(async () => {
    for (const what of [
      ...["SCHEMA IF EXISTS auth", 'TABLE IF EXISTS "user"'],
      ...["TABLE IF EXISTS account", "TABLE IF EXISTS role"],
    ]) {
      await query(site.service, `DROP ${what} CASCADE`);
    }
  });

  it.each(Object.keys(systems))(
    "have a query for %s that exports users, and no password hash, for the import",
    async (system) => {
      for (const statement of systems[system] ?? []) {
        await query(site.service, statement);
      }
      const rows = await query<{ to_jsonb: unknown }>(
        site.service,
        documentedQuery(system),
      );
      const lines = linesOf(rows.map((row) => row.to_jsonb));
      expect(lines).not.toContain("hash");
      const outcome = await site.import(system, lines);
      expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
      expect(countsOf(outcome)).toEqual({
        ...{ created: 1, known: 0, withoutGoogle: 1, refused: 0 },
      });
      expect(await site.users()).toMatchObject([
        {
          ...{ subject: sub, email: "ada@gmail.com", name: "AdaL" },
          createdAt: new Date("2023-05-06T07:08:09Z"),
          roles: system === "brocoders" ? ["user"] : [],
        },
      ]);
    },
  );

  it("list the columns of a CSV file", () => {
    const [, section = ""] = page("README").split("## CSV");
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(
        ([, name]) => name,
      ),
    );
    expect(listed.sort()).toEqual([...csvColumns].sort());
  });
});
