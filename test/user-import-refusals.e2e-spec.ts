import { newAccount } from "../src/testing/google/accounts";
import { digestOf } from "../src/users/stored-identity";
import {
  firebase,
  google,
  hostileRecords,
} from "./hostile/import-records.table";
import { person } from "./support/calls";
import { query } from "./support/rows";
import { countsOf, linesOf, useImport } from "./support/use-import";

describe("the import of hostile records", () => {
  const site = useImport();

  it("refuses each by place and reason, without its content, and imports the others", async () => {
    const good = newAccount();
    const users = hostileRecords.map(([, fields]) =>
      firebase(fields as object),
    );
    const file = {
      users: [...users, firebase({ providerUserInfo: google(good.sub) })],
    };
    const outcome = await site.import("firebase", file);
    const lines = outcome.stderr.trim().split("\n");
    expect(lines).toHaveLength(hostileRecords.length);
    hostileRecords.forEach(([what, , reason], n) => {
      expect([what, lines[n]]).toEqual([what, expect.stringMatching(reason)]);
      expect(lines[n]).toMatch(new RegExp(`^✖ user ${n + 1}: [\\x20-\\x7e]+$`));
    });
    expect(countsOf(outcome)).toEqual({
      ...{
        created: 1,
        known: 0,
        withoutGoogle: 0,
        refused: hostileRecords.length,
      },
    });
    expect(outcome.status).toBe(3);
    expect(await site.users()).toMatchObject([{ subject: good.sub }]);
  });

  it("cleans what is only displayed, as at a sign-in", async () => {
    const displayed = [
      [{ displayName: "A\0d\ud800a\u202e" }, { name: "Ada" }],
      [{ displayName: "a".repeat(300) }, { name: "a".repeat(256) }],
      [
        { displayName: 7, photoUrl: [] },
        { name: null, picture: null },
      ],
      [{ photoUrl: "javascript:alert(1)" }, { picture: null }],
      [{ photoUrl: "https://google.com@evil.example/" }, { picture: null }],
    ] as const;
    for (const [fields, stored] of displayed) {
      const user = firebase(fields);
      expect((await site.import("firebase", [user])).status).toBe(0);
      const subject = user.providerUserInfo[0]?.rawId;
      const users = await site.users();
      expect(users.find((one) => one.subject === subject)).toMatchObject(
        stored,
      );
    }
  });

  it("counts an account once per file, and ignores inherited members", async () => {
    const { sub } = newAccount();
    const twice = [1, 2].map(() => firebase({ providerUserInfo: google(sub) }));
    const inherited = `{"localId":"3","__proto__":{"providerUserInfo":${JSON.stringify(google("9"))}}}`;
    const text = `${linesOf(twice)}\n${inherited}\n{"broken\n\n[]\nnull\n`;
    const outcome = await site.import("firebase", text);
    expect(countsOf(outcome)).toEqual({
      ...{ created: 1, known: 0, withoutGoogle: 1, refused: 4 },
    });
    expect(outcome.stderr.split("\n").slice(0, -1)).toEqual([
      "✖ line 2: line 1 has the same Google account",
      "✖ line 4: it is not JSON",
      "✖ line 6: the record is not an object",
      "✖ line 7: the record is not an object",
    ]);
    expect(await site.users()).toHaveLength(1);
  });

  it("refuses Supabase's identity with two ids, and users that are deleted", async () => {
    const identity = { provider: "google", identity_data: { sub: "7" } };
    const users = [
      { id: "1", identities: [{ ...identity, provider_id: "8" }] },
      {
        id: "2",
        identities: [{ ...identity, provider_id: "7" }],
        deleted_at: "2024-01-01T00:00:00Z",
      },
      { id: "3", identities: [{ ...identity, identity_data: "7" }] },
    ];
    const outcome = await site.import("supabase", linesOf(users));
    expect(outcome.stderr).toBe(
      "✖ line 1: provider_id and identity_data.sub differ\n" +
        "✖ line 2: the user is deleted in the other system\n" +
        "✖ line 3: identity_data is not an object\n",
    );
    expect(await site.users()).toEqual([]);
  });

  it.each([
    ["firebase", { disabled: true }, "disabled"],
    ["firebase", { disabled: false }, "active"],
    ["supabase", { banned_until: "2999-01-01T00:00:00Z" }, "disabled"],
    ["supabase", { banned_until: "infinity" }, "disabled"],
    ["supabase", { banned_until: "2020-01-01 00:00:00+00" }, "active"],
    ["better-auth", { banned: true, banExpires: null }, "disabled"],
    [
      "better-auth",
      { banned: true, banExpires: "2020-01-01T00:00:00" },
      "active",
    ],
    ["better-auth", { banned: false, banExpires: 4102444800 }, "active"],
    ["brocoders", { statusId: 2 }, "disabled"],
  ])("from %s with %j: the user is %s", async (from, fields, status) => {
    const account = newAccount();
    const { sub } = account;
    const user = {
      ...{ providerUserInfo: google(sub), provider: "google", socialId: sub },
      identities: [{ provider: "google", provider_id: sub }],
      account: [{ providerId: "google", accountId: sub }],
      ...fields,
    };
    expect((await site.import(from, [user])).stderr).toBe("");
    expect(await site.users()).toMatchObject([{ status }]);
    const answer = await person(site.service, site.google, account);
    expect([answer.status, answer.body.code]).toEqual(
      status === "active" ? [200, undefined] : [403, "account_disabled"],
    );
  });

  it.each([
    ["no row for it", "csv", "name\nAda\n", /sub among them/],
    ["an unknown column", "csv", "sub,email-verified\n1,t\n", /email_verified/],
    ["a column twice", "csv", "sub,sub\n1,2\n", /each once/],
    ["an open quote", "csv", 'sub,name\n1,"Ada\n2,B\n', /CSV_QUOTE_NOT_CLOSED/],
    ["only a header", "csv", "sub\n", /has no users/],
    ["nothing", "firebase", "", /has no users/],
    [
      "another member",
      "firebase",
      { people: [] },
      /is export an export of firebase/,
    ],
    [
      "an end too early",
      "firebase",
      '{\n"users": [\n{"localId":"1"},',
      /ends too early/,
    ],
    ["no JSON", "firebase", "{\n'users': []}", /not valid JSON/],
    [
      "Latin-1",
      "csv",
      Buffer.from("sub,name\n1,\xe9\n", "latin1"),
      /not UTF-8/,
    ],
  ])(
    "of a file with %s from %s: fails, and says why",
    async (_what, from, content, reason) => {
      const outcome = await site.import(from, content);
      expect(outcome.stderr).toMatch(reason);
      expect([1, 3]).toContain(outcome.status);
      expect(await site.users()).toEqual([]);
    },
  );

  it("refuses a row with too few columns, and a profile that is not JSON", async () => {
    const { sub } = newAccount();
    const rows = `sub,name,profile\n1,Ada\n2,Ada,{\n${sub},"A\nB",\n,,\n`;
    const outcome = await site.import("csv", rows);
    expect(outcome.stderr).toBe(
      "✖ line 2: it has 2 columns, and the first line 3\n" +
        "✖ line 3: profile is not JSON\n",
    );
    expect(countsOf(outcome)).toMatchObject({ created: 1, withoutGoogle: 1 });
    expect(await site.users()).toMatchObject([{ subject: sub, name: "AB" }]);
  });

  it("exits with 2 on invalid usage, and with 1 without the file, or the database", async () => {
    for (const args of [
      ["--from", "okta", "users"],
      ["--from", "csv"],
      ["users"],
      ["--from", "csv", "users", "--force"],
      ["--from", "csv", "users", "more"],
    ]) {
      expect(await site.run(args)).toMatchObject({ status: 2, stdout: "" });
    }
    const missing = await site.run(["--from", "csv", "users"]);
    expect(missing).toMatchObject({ status: 1, stdout: "" });
    expect(missing.stderr).toBe("users cannot be read: ENOENT.\n");
    const folder = await site.run(["--from", "csv", "."]);
    expect([folder.status, folder.stderr]).toEqual([1, ". is not a file.\n"]);

    const nowhere = new URL(site.service.database.url);
    nowhere.port = "1";
    const down = await site.run(["--from", "csv", "."], {
      DATABASE_URL: nowhere.href,
    });
    expect([down.status, down.stdout]).toEqual([1, ""]);
    expect(down.stderr).toContain("ECONNREFUSED");
  });

  it("keeps Google's reports: an account that is blocked stays so", async () => {
    const account = newAccount();
    const issuer = "https://accounts.google.com";
    await query(
      site.service,
      `INSERT INTO google_auth.identity_standings (digest, blocked, blocked_changed_at)
       VALUES ($1, true, now())`,
      [digestOf({ issuer, subject: account.sub })],
    );
    expect((await site.import("csv", `sub\n${account.sub}\n`)).status).toBe(0);
    const answer = await person(site.service, site.google, account);
    expect([answer.status, answer.body.code]).toEqual([
      403,
      "account_disabled",
    ]);
  });

  it("and first sign-ins at the same time: one user for each account", async () => {
    const accounts = Array.from({ length: 40 }, () => newAccount());
    const rows = `sub\n${accounts.map(({ sub }) => sub).join("\n")}\n`;
    const [outcome, again, ...people] = await Promise.all([
      site.import("csv", rows),
      site.import("csv", rows),
      ...accounts.map((account) => person(site.service, site.google, account)),
    ]);
    expect([outcome?.status, again?.status]).toEqual([0, 0]);
    expect(people.map(({ status }) => status)).toEqual(accounts.map(() => 200));
    const users = await site.users();
    expect(users.map(({ id }) => id).sort()).toEqual(
      people.map(({ id }) => id).sort(),
    );
    const [rowsOf] = await query<{ users: number }>(
      site.service,
      "SELECT count(*)::int AS users FROM google_auth.users",
    );
    expect(rowsOf).toEqual({ users: accounts.length });
  });

  it("writes an audit event with each user", async () => {
    const { sub } = newAccount();
    await site.import("csv", `sub,roles\n${sub},editor\n`);
    const [user] = await site.users();
    const events = await query(
      site.service,
      `SELECT event, details FROM google_auth.audit_events WHERE user_id = $1`,
      [user?.id],
    );
    expect(events).toEqual([
      {
        event: "user_imported",
        details: { source: "csv", roles: ["editor"], status: "active" },
      },
    ]);
  });
});
